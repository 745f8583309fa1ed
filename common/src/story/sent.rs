//! How far the mail of a job got that has ended, and what to do.

use crate::clock::to_the_second;
use crate::store::mails::{Mail, MailState, TAKEN_BY_LOG};

/// That the mail server took it, and how that is known.
pub(super) fn taken(mail: Option<&Mail>) -> String {
    let mail = mail.filter(|mail| mail.is_taken());
    match mail.and_then(|mail| mail.answer.as_deref()) {
        Some(TAKEN_BY_LOG) => "the mail server took it, by its log".to_owned(),
        Some(answer) => format!("the mail server took it and said {answer:?}"),
        None => "the mail server took it".to_owned(),
    }
}

/// How a mail is found in the log of the mail server.
pub(super) fn in_the_log(job_id: &str) -> String {
    format!("its Message-ID begins with <{job_id}@, ask the server's log for that")
}

/// That the mail server has it, or may have it; `None` where it has not.
pub(super) fn has_it(mail: &Mail) -> Option<String> {
    if mail.is_taken() {
        return Some(format!(
            "{}; {}",
            taken(Some(mail)),
            in_the_log(&mail.job_id)
        ));
    }
    if !mail.may_ever_be_taken() {
        return None;
    }
    let attempt = match (mail.maybe_sent_at, mail.state) {
        (Some(at), _) => format!("of an attempt of {}", to_the_second(at)),
        (None, MailState::Held) => "of an earlier attempt".to_owned(),
        (None, _) => format!("of the attempt of {}", to_the_second(mail.at)),
    };
    Some(format!(
        "the mail server may have it {attempt}; {}",
        in_the_log(&mail.job_id)
    ))
}

/// What to do about a mail that is not sent any more: `otherwise`, unless the mail server has it or may have it.
pub(super) fn what_to_do(mail: Option<&Mail>, otherwise: String) -> String {
    let Some((mail, has_it)) = mail.and_then(|mail| Some((mail, has_it(mail)?))) else {
        return otherwise;
    };
    let id = &mail.job_id;
    match mail.is_taken() {
        true => format!("but {has_it}: nothing is to be done"),
        false => format!(
            "but {has_it}; `dossier-worker jobs retry {id}` may send a second copy with the same Message-ID"
        ),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::DateTime;

    use super::*;

    fn said(state: MailState, answer: Option<&str>, maybe_sent_at: Option<DateTime>) -> String {
        let mail = Mail {
            job_id: "job_1".to_owned(),
            kind: "sign-up".to_owned(),
            state,
            answer: answer.map(str::to_owned),
            at: DateTime::from_millis(0),
            maybe_sent_at,
            expire_at: DateTime::from_millis(1),
        };
        what_to_do(Some(&mail), "retry it".to_owned())
    }

    #[test]
    fn a_mail_that_the_server_has_is_not_to_be_sent_again() {
        for state in [MailState::HandedOver, MailState::Settled] {
            let answered = said(state, Some("250 ok"), None);
            assert!(
                answered.contains("took it and said \"250 ok\""),
                "{answered}"
            );
            assert!(!answered.contains("retry"), "{answered}");
        }
        let logged = said(MailState::HandedOver, Some(TAKEN_BY_LOG), None);
        assert!(logged.contains("took it, by its log;"), "{logged}");
    }

    #[test]
    fn a_mail_that_the_server_may_have_may_arrive_twice() {
        let before = Some(DateTime::from_millis(0));
        for (state, before) in [
            (MailState::Intended, None),
            (MailState::Unanswered, None),
            (MailState::Held, None),
            (MailState::NotTaken, before),
        ] {
            let said = said(state, None, before);
            assert!(said.contains("the mail server may have it"), "{said}");
            assert!(said.contains("a second copy"), "{said}");
        }
        assert_eq!(said(MailState::NotTaken, None, None), "retry it");
        assert_eq!(what_to_do(None, "retry it".to_owned()), "retry it");
    }
}
