//! Whose job is next.
//!
//! It goes by the time that a user's jobs took so far, as measured: what a photo costs is known for sure only afterwards. A
//! user who comes back starts level with the others and has saved nothing up.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// While others have asked within this time, a user leaves them a worker.
pub(crate) const RECENT: Duration = Duration::from_secs(10);

/// Does the job, or reports that there is no room for it after all.
pub(crate) type Job = Box<dyn FnOnce(Result<(), Full>) + Send>;

#[derive(Default)]
pub(crate) struct State {
    pub(crate) users: HashMap<String, Share>,
    pub(crate) queued: usize,
    /// Since when each running job runs, and what its user was charged for it.
    pub(crate) running: HashMap<u64, (Instant, Duration)>,
    pub(crate) next: u64,
    /// What the last jobs took, on average; zero before the first.
    pub(crate) mean: Duration,
    /// What the user who was served last had taken before.
    pub(crate) level: Duration,
    pub(crate) ended: bool,
}

/// One user's part of the queue.
pub(crate) struct Share {
    pub(crate) jobs: VecDeque<Job>,
    pub(crate) running: usize,
    pub(crate) taken: Duration,
    pub(crate) asked: Instant,
}

/// There is no room for another job now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl State {
    /// Adds a job. Where there is no room, the last job of the user with the most gives its place up, if that user has
    /// more than this one.
    pub(crate) fn add(&mut self, user: &str, job: Job, room: usize) -> Result<Option<Job>, Full> {
        let evicted = if self.queued + self.running.len() < room {
            None
        } else {
            let largest = self.largest_but(user).ok_or(Full)?;
            self.queued -= 1;
            self.users.get_mut(&largest).and_then(|share| share.jobs.pop_back())
        };
        self.queued += 1;
        let level = self.level;
        let new = || Share { jobs: VecDeque::new(), running: 0, taken: level, asked: Instant::now() };
        let share = self.users.entry(user.to_owned()).or_insert_with(new);
        if share.jobs.is_empty() && share.running == 0 {
            share.taken = share.taken.max(level);
        }
        share.asked = Instant::now();
        share.jobs.push_back(job);
        Ok(evicted)
    }

    /// The user with the most waiting jobs, if these are more than this one's would be.
    pub(crate) fn largest_but(&self, user: &str) -> Option<String> {
        let own = self.users.get(user).map_or(0, |share| share.jobs.len());
        let (name, share) = self.users.iter().max_by_key(|(_, share)| share.jobs.len())?;
        (share.jobs.len() > own + 1).then(|| name.clone())
    }

    /// The next job: of the user whose jobs took the least, of those who leave a worker to others.
    pub(crate) fn take(&mut self, workers: usize) -> Option<(String, u64, Job)> {
        self.users.retain(|_, share| share.is_active());
        let most = if self.users.len() > 1 { (workers - 1).max(1) } else { workers };
        let waiting =
            self.users.iter_mut().filter(|(_, share)| !share.jobs.is_empty() && share.running < most);
        let (user, share) = waiting.min_by_key(|(_, share)| share.taken)?;
        let (user, job) = (user.clone(), share.jobs.pop_front()?);
        share.running += 1;
        self.level = self.level.max(share.taken);
        // Until it is known better, it costs what the last ones did.
        share.taken += self.mean;
        self.queued -= 1;
        self.next += 1;
        self.running.insert(self.next, (Instant::now(), self.mean));
        Some((user, self.next, job))
    }

    pub(crate) fn done(&mut self, user: &str, number: u64, took: Duration) {
        let charged = self.running.remove(&number).map_or(Duration::ZERO, |(_, charged)| charged);
        if let Some(share) = self.users.get_mut(user) {
            share.running -= 1;
            share.taken = share.taken.saturating_sub(charged) + took;
        }
        // Each job counts an eighth, so that the mean follows the traffic of the last seconds.
        self.mean = if self.mean.is_zero() { took } else { (self.mean * 7 + took) / 8 };
    }
}

impl Share {
    fn is_active(&self) -> bool {
        !self.jobs.is_empty() || self.running > 0 || self.asked.elapsed() < RECENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_go_by_the_time_that_was_taken_and_none_is_saved_up() {
        let mut state = State::default();
        let mut order = Vec::new();
        let job = || -> Job { Box::new(|_| ()) };
        for _ in 0..4 {
            state.add("ann", job(), 9).unwrap();
        }
        for turn in 0..6 {
            if turn == 2 {
                for _ in 0..3 {
                    state.add("bob", job(), 9).unwrap();
                }
            }
            let (user, number, _) = state.take(1).unwrap();
            let took = if user == "ann" { 10 } else { 4 };
            state.done(&user, number, Duration::from_secs(took));
            order.push(user);
        }
        assert_eq!(
            order,
            ["ann", "ann", "bob", "bob", "bob", "ann"],
            "bob's three cost what one of ann's does"
        );
    }

    #[test]
    fn one_worker_is_left_to_those_who_asked_lately() {
        let mut state = State::default();
        let job = || -> Job { Box::new(|_| ()) };
        state.add("bob", job(), 9).unwrap();
        for _ in 0..9 {
            state.add("ann", job(), 99).unwrap();
        }
        let first: Vec<_> = (0..3).map(|_| state.take(3).unwrap()).collect();
        let number = |user: &str| first.iter().find(|(name, ..)| name == user).unwrap().1;
        state.done("bob", number("bob"), Duration::from_secs(1));
        assert!(state.take(3).is_none(), "two of three workers are ann's");
        state.users.get_mut("bob").unwrap().asked = Instant::now().checked_sub(RECENT).unwrap();
        assert_eq!(state.take(3).unwrap().0, "ann", "alone, she has them all");
    }
}
