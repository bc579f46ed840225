//! The order of jobs.
//!
//! It depends on the measured time of a user's jobs and, until it is known, on what the photos' headers declare. A user
//! who returns starts level with the others: unused time is not saved up.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// Users leave one worker to other users who have sent a job within this time.
pub(crate) const RECENT: Duration = Duration::from_secs(10);

/// The least weight of a heavy job: two photos with more pixels than most phones take.
const HEAVY: u64 = 32_000_000;

/// Does the job, or reports that it has lost its place.
pub(crate) type Run = Box<dyn FnOnce(Result<(), Full>) + Send>;

/// A job and its weight in pixels.
pub(crate) struct Job {
    pub(crate) weight: u64,
    pub(crate) run: Run,
}

/// One of the parties that share the queue: a user's light jobs, or the user's heavy ones. Several clients may have one
/// login, and one that sends huge photos must not take the others' share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Party {
    user: String,
    is_heavy: bool,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) shares: HashMap<Party, Share>,
    pub(crate) queued: usize,
    pub(crate) running: HashMap<u64, Running>,
    pub(crate) next: u64,
    /// Time and weight of recent jobs: the next ones are expected to take as much per pixel.
    pub(crate) spent: Duration,
    pub(crate) weighed: f64,
    /// The most time that a party had used when one of its jobs was started.
    pub(crate) level: Duration,
    pub(crate) ended: bool,
}

/// A running job.
pub(crate) struct Running {
    pub(crate) since: Instant,
    weight: u64,
    /// The expected time, charged to its party at its start.
    pub(crate) charged: Duration,
}

/// One party's part of the queue.
pub(crate) struct Share {
    pub(crate) jobs: VecDeque<Job>,
    pub(crate) running: usize,
    pub(crate) taken: Duration,
    pub(crate) asked: Instant,
}

/// There is no room for another job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Party {
    pub(crate) fn new(user: &str, weight: u64) -> Self {
        Party { user: user.to_owned(), is_heavy: is_heavy(weight) }
    }
}

/// Whether a job of this weight counts as heavy.
pub(crate) fn is_heavy(weight: u64) -> bool {
    weight >= HEAVY
}

impl State {
    /// Adds a job. If there is no room, the party whose waiting jobs weigh the most loses its last one, provided that they
    /// weigh more than this party's.
    pub(crate) fn add(&mut self, party: Party, job: Job, room: usize) -> Result<Option<Job>, Full> {
        let evicted = if self.queued + self.running.len() < room {
            None
        } else {
            let largest = self.heavier_than(&party, job.weight).ok_or(Full)?;
            self.queued -= 1;
            self.shares.get_mut(&largest).and_then(|share| share.jobs.pop_back())
        };
        self.queued += 1;
        let level = self.level;
        let new = || Share { jobs: VecDeque::new(), running: 0, taken: level, asked: Instant::now() };
        let share = self.shares.entry(party).or_insert_with(new);
        if share.jobs.is_empty() && share.running == 0 {
            share.taken = share.taken.max(level);
        }
        share.asked = Instant::now();
        share.jobs.push_back(job);
        Ok(evicted)
    }

    /// The party whose waiting jobs weigh the most, if that exceeds this party's with another job.
    pub(crate) fn heavier_than(&self, party: &Party, weight: u64) -> Option<Party> {
        let own = self.shares.get(party).map_or(0, Share::waiting) + weight;
        let (largest, share) = self.shares.iter().max_by_key(|(_, share)| share.waiting())?;
        (share.waiting() > own).then(|| largest.clone())
    }

    /// The next job: from the party that has used the least time, among those that still leave a worker to others.
    pub(crate) fn take(&mut self, workers: usize) -> Option<(Party, u64, Job)> {
        self.shares.retain(|_, share| share.is_active());
        let most = if self.shares.len() > 1 { (workers - 1).max(1) } else { workers };
        let waiting =
            self.shares.iter_mut().filter(|(_, share)| !share.jobs.is_empty() && share.running < most);
        let (party, share) = waiting.min_by_key(|(_, share)| share.taken)?;
        let (party, job) = (party.clone(), share.jobs.pop_front()?);
        share.running += 1;
        self.level = self.level.max(share.taken);
        // An estimate, corrected when the job ends.
        let charged = expected(self.spent, self.weighed, job.weight);
        share.taken += charged;
        self.queued -= 1;
        self.next += 1;
        self.running.insert(self.next, Running { since: Instant::now(), weight: job.weight, charged });
        Some((party, self.next, job))
    }

    pub(crate) fn done(&mut self, party: &Party, number: u64, took: Duration) {
        let Some(Running { weight, charged, .. }) = self.running.remove(&number) else { return };
        if let Some(share) = self.shares.get_mut(party) {
            share.running -= 1;
            share.taken = share.taken.saturating_sub(charged) + took;
        }
        // Each later job reduces the weight of earlier ones by an eighth, so that the pace follows recent traffic.
        self.spent = self.spent * 7 / 8 + took;
        self.weighed = self.weighed * 7.0 / 8.0 + weight as f64;
    }

    /// How long all current jobs will take. A running one counts with its expected time, or with the time that it has been
    /// running if that is longer.
    pub(crate) fn ahead(&self) -> Duration {
        let waiting = self.shares.values().map(Share::waiting).sum();
        let running = self.running.values().map(|running| running.since.elapsed().max(running.charged));
        expected(self.spent, self.weighed, waiting) + running.sum::<Duration>()
    }
}

fn expected(spent: Duration, weighed: f64, weight: u64) -> Duration {
    if weighed > 0.0 { spent.mul_f64(weight as f64 / weighed) } else { Duration::ZERO }
}

impl Share {
    /// The weight of its waiting jobs.
    fn waiting(&self) -> u64 {
        self.jobs.iter().map(|job| job.weight).sum()
    }

    fn is_active(&self) -> bool {
        !self.jobs.is_empty() || self.running > 0 || self.asked.elapsed() < RECENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(weight: u64) -> Job {
        Job { weight, run: Box::new(|_| ()) }
    }

    fn add(state: &mut State, user: &str, weight: u64, room: usize) -> Result<Option<u64>, Full> {
        let evicted = state.add(Party::new(user, weight), job(weight), room)?;
        Ok(evicted.map(|job| job.weight))
    }

    #[test]
    fn turns_depend_on_used_time_and_unused_time_is_not_saved_up() {
        let mut state = State::default();
        let mut order = Vec::new();
        for _ in 0..4 {
            add(&mut state, "ann", 1, 9).unwrap();
        }
        for turn in 0..6 {
            if turn == 2 {
                for _ in 0..3 {
                    add(&mut state, "bob", 1, 9).unwrap();
                }
            }
            let (party, number, _) = state.take(1).unwrap();
            let took = if party.user == "ann" { 10 } else { 4 };
            state.done(&party, number, Duration::from_secs(took));
            order.push(party.user);
        }
        assert_eq!(
            order,
            ["ann", "ann", "bob", "bob", "bob", "ann"],
            "bob's three cost what one of ann's does"
        );
    }

    #[test]
    fn one_worker_is_left_to_recent_users() {
        let mut state = State::default();
        add(&mut state, "bob", 1, 9).unwrap();
        for _ in 0..9 {
            add(&mut state, "ann", 1, 99).unwrap();
        }
        let first: Vec<_> = (0..3).map(|_| state.take(3).unwrap()).collect();
        let bob = Party::new("bob", 1);
        let number = first.iter().find(|(party, ..)| *party == bob).unwrap().1;
        state.done(&bob, number, Duration::from_secs(1));
        assert!(state.take(3).is_none(), "two of three workers are ann's");
        state.shares.get_mut(&bob).unwrap().asked = Instant::now().checked_sub(RECENT).unwrap();
        assert_eq!(state.take(3).unwrap().0.user, "ann", "alone, she has them all");
    }

    #[test]
    fn a_job_is_charged_by_its_pixels_before_its_time_is_known() {
        let mut state = State::default();
        for user in ["ann", "bob"] {
            add(&mut state, user, 1000, 9).unwrap();
            let (party, number, _) = state.take(1).unwrap();
            state.done(&party, number, Duration::from_secs(1));
        }
        add(&mut state, "ann", 5000, 9).unwrap();
        for _ in 0..6 {
            add(&mut state, "bob", 1000, 99).unwrap();
        }
        let ahead = state.ahead();
        assert!(ahead.abs_diff(Duration::from_secs(11)) < Duration::from_millis(1), "{ahead:?}");
        let mut order = Vec::new();
        // Nothing ends before all have begun.
        while let Some((party, ..)) = state.take(99) {
            order.push(party.user);
        }
        let before: Vec<_> = order.iter().skip_while(|user| *user == "bob").skip(1).take(4).collect();
        assert_eq!(before, ["bob"; 4], "ann's one weighs as much as five of bob's: {order:?}");
    }

    #[test]
    fn heavy_jobs_make_room_for_light_ones_of_any_user() {
        let mut state = State::default();
        for _ in 0..4 {
            add(&mut state, "ann", 2 * HEAVY, 4).unwrap();
        }
        assert_eq!(add(&mut state, "ann", 2 * HEAVY, 4), Err(Full));
        for user in ["ann", "ann", "bob"] {
            assert_eq!(add(&mut state, user, 1000, 4), Ok(Some(2 * HEAVY)), "for {user}");
        }
        let first: Vec<_> = (0..2).map(|_| state.take(2).unwrap().2.weight).collect();
        assert!(first.contains(&1000), "{first:?}");
        assert_eq!(add(&mut state, "bob", 2 * HEAVY, 4), Err(Full), "ann's heavy one weighs no more");
    }
}
