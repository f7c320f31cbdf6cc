//! Runs parallel iterators, also where the system allows no more threads.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Returns the result of `work`, whose parallel iterators use all processors.
///
/// Every parallel iterator runs in here, because rayon's own pool panics if a thread can't be started:
/// then there is only the current one.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match pool() {
        Some(pool) => pool.install(work),
        None => {
            let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
            // It fails if the thread has its own pool already.
            let _kept_while_working = alone.build();
            work()
        }
    }
}

/// Starts `work` on another thread. Returns `false` if there is none.
pub(crate) fn spawn(work: impl FnOnce() + Send + 'static) -> bool {
    pool().inspect(|pool| pool.spawn(work)).is_some()
}

fn pool() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| ThreadPoolBuilder::new().build().ok());
    pool.as_ref()
}
