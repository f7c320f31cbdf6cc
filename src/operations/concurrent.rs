//! Waits for many futures, of which only so many run at once: each source takes a connection, files, and
//! memory.

use std::future::Future;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

/// The maximum number of sources that are asked at once. macOS allows a process 256 open files.
const MAX_AT_ONCE: usize = 16;

/// Returns the outputs of all futures, in their order.
pub(super) async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut outputs: Vec<_> = started(futures).collect().await;
    outputs.sort_unstable_by_key(|(place, _)| *place);
    outputs.into_iter().map(|(_, output)| output).collect()
}

/// Returns the values of all futures, in their order.
///
/// # Errors
/// The first error, without waiting for the other futures.
pub(super) async fn try_join_all<T, E>(
    futures: impl IntoIterator<Item = impl Future<Output = Result<T, E>>>,
) -> Result<Vec<T>, E> {
    let with_place = |(place, output): (usize, Result<T, E>)| output.map(|value| (place, value));
    let mut values: Vec<_> = started(futures).map(with_place).try_collect().await?;
    values.sort_unstable_by_key(|(place, _)| *place);
    Ok(values.into_iter().map(|(_, value)| value).collect())
}

/// Returns the outputs with their places, as they come. A source that never answers holds up none
/// of the others.
fn started<F: Future>(
    futures: impl IntoIterator<Item = F>,
) -> impl stream::Stream<Item = (usize, F::Output)> {
    let placed = futures.into_iter().enumerate();
    let placed = placed.map(async |(place, future)| (place, future.await));
    stream::iter(placed).buffer_unordered(MAX_AT_ONCE)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn only_so_many_futures_run_at_once() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let futures = (0..50).map(async |number| {
            running.set(running.get() + 1);
            most.set(running.get().max(most.get()));
            for _ in 0..50 - number {
                tokio::task::yield_now().await;
            }
            running.set(running.get() - 1);
            number
        });
        assert_eq!(join_all(futures).await, (0..50).collect::<Vec<_>>());
        assert_eq!(most.get(), MAX_AT_ONCE);
    }

    #[tokio::test]
    async fn first_error_ends_the_wait() {
        let futures = (0..50).map(async |number| {
            if number == 3 {
                return Err(number);
            }
            std::future::pending::<()>().await;
            Ok(())
        });
        assert_eq!(try_join_all(futures).await, Err(3));
        let values = try_join_all((0..50).map(async |number| Ok::<_, ()>(number))).await;
        assert_eq!(values.unwrap(), (0..50).collect::<Vec<_>>());
    }
}
