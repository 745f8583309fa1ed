//! Every mail that a mail catcher took, however many: it keeps the newest thousand itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dossier_devstack::mail::{Mailbox, Message};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::people::token_in;

/// Between two looks into the mailbox: far less than a thousand mails come meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Every mail that a mail catcher took since this was made.
#[derive(Debug)]
pub struct MailLog {
    mailbox: Mailbox,
    taken: Arc<Mutex<Taken>>,
    looking: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Taken {
    mails: Vec<Arc<Message>>,
    /// The number of the last of them.
    last: u64,
    /// How many had left the mailbox before they were looked at.
    missed: u64,
}

impl MailLog {
    /// Begins with what the mailbox has; needs a runtime.
    #[must_use]
    pub fn of(mailbox: &Mailbox) -> Self {
        let taken = Arc::<Mutex<Taken>>::default();
        let (from, to) = (mailbox.clone(), taken.clone());
        let looking = tokio::spawn(async move {
            loop {
                drop(look(&from, &to));
                sleep(LOOK_EVERY).await;
            }
        });
        Self {
            mailbox: mailbox.clone(),
            taken,
            looking,
        }
    }

    /// All mails until now, in the order in which they came.
    #[must_use]
    pub fn mails(&self) -> Vec<Arc<Message>> {
        look(&self.mailbox, &self.taken).mails.clone()
    }

    /// The token of the page called `page` in the first mail to `address` that has one, once it is there;
    /// `None` when it does not come within `patience`.
    pub async fn wait_for_token(
        &self,
        address: &str,
        page: &str,
        patience: Duration,
    ) -> Option<String> {
        let deadline = Instant::now() + patience;
        loop {
            let mails = self.mails();
            let mut own = mails.iter().filter(|mail| mail.to == address);
            let token = own.find_map(|mail| token_in(mail, page));
            if token.is_some() || Instant::now() >= deadline {
                return token;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// How many mails came and are not among [`mails`](Self::mails); anything but 0 makes counts wrong.
    #[must_use]
    pub fn missed(&self) -> u64 {
        look(&self.mailbox, &self.taken).missed
    }
}

impl Drop for MailLog {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

fn look<'a>(mailbox: &Mailbox, taken: &'a Mutex<Taken>) -> MutexGuard<'a, Taken> {
    let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
    for mail in mailbox.messages() {
        let number: u64 = mail.id.parse().unwrap_or(0);
        if number > taken.last {
            let missed = number - taken.last - 1;
            taken.missed += missed;
            taken.last = number;
            taken.mails.push(mail);
        }
    }
    taken
}

/// The job that has sent `mail`: its id is in the `Message-ID`.
#[must_use]
pub fn job_of(mail: &Message) -> Option<&str> {
    let id = mail.header("Message-ID")?.strip_prefix('<')?;
    id.split_once('@').map(|(job, _)| job)
}

/// How many mails each address got, and how many each job has sent.
#[must_use]
pub fn count_mails(mails: &[Arc<Message>]) -> [BTreeMap<String, usize>; 2] {
    let mut addresses = BTreeMap::<String, usize>::new();
    let mut jobs = BTreeMap::<String, usize>::new();
    for mail in mails {
        *addresses.entry(mail.to.to_lowercase()).or_default() += 1;
        let job = job_of(mail).unwrap_or("no job");
        *jobs.entry(job.to_owned()).or_default() += 1;
    }
    [addresses, jobs]
}
