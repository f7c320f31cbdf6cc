//! Runs parallel iterators, also where the system allows no more threads.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Returns the result of `work`, whose parallel iterators use all processors.
///
/// Every parallel iterator runs in here, because rayon's own pool panics if a thread can't be started:
/// then there is only the current one.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    match POOL.get_or_init(|| ThreadPoolBuilder::new().build().ok()) {
        Some(pool) => pool.install(work),
        None => {
            let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
            // It fails if the thread has its own pool already.
            let _kept_while_working = alone.build();
            work()
        }
    }
}
