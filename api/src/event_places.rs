//! How many may listen to events of documents at once, by person and together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use dossier_common::id::UserId;

/// How many streams a person may have at once in one process.
pub const MAX_STREAMS_PER_PERSON: usize = 10;

/// How many streams a process has at once.
pub const MAX_STREAMS: usize = 1000;

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// The person has as many streams as one may have.
    OfPerson,
    /// The process has as many as it can.
    OfProcess,
}

/// The places; clones share them.
#[derive(Clone, Debug, Default)]
pub struct EventPlaces(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_person: HashMap<UserId, usize>,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub struct EventPlace {
    places: EventPlaces,
    person: UserId,
}

impl EventPlaces {
    /// Takes a place for `person`.
    ///
    /// # Errors
    ///
    /// [`NoPlace`].
    pub fn take(&self, person: UserId) -> Result<EventPlace, NoPlace> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_person = taken.by_person.get(&person).copied().unwrap_or(0);
        if of_person >= MAX_STREAMS_PER_PERSON {
            return Err(NoPlace::OfPerson);
        }
        if taken.all >= MAX_STREAMS {
            return Err(NoPlace::OfProcess);
        }
        taken.all += 1;
        taken.by_person.insert(person, of_person + 1);
        Ok(EventPlace {
            places: self.clone(),
            person,
        })
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for EventPlace {
    fn drop(&mut self) {
        let taken = &self.places.0;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all = taken.all.saturating_sub(1);
        let left = taken.by_person.get(&self.person).map_or(0, |it| it - 1);
        if left == 0 {
            taken.by_person.remove(&self.person);
        } else {
            taken.by_person.insert(self.person, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use dossier_common::entropy::Entropy;
    use mongodb::bson::DateTime;

    use super::*;

    #[test]
    fn places_are_bounded_by_person_and_together_and_free_again() {
        let entropy = Entropy::seeded(1);
        let person = || UserId::generate(&entropy, DateTime::from_millis(0));
        let (places, ada) = (EventPlaces::default(), person());
        let mut of_ada: Vec<EventPlace> = (0..MAX_STREAMS_PER_PERSON)
            .map(|_| places.take(ada).unwrap())
            .collect();
        assert_eq!(places.take(ada).unwrap_err(), NoPlace::OfPerson);
        of_ada.pop();
        of_ada.push(places.take(ada).unwrap());
        let others: Vec<EventPlace> = (places.taken()..MAX_STREAMS)
            .map(|_| places.take(person()).unwrap())
            .collect();
        assert_eq!(places.take(person()).unwrap_err(), NoPlace::OfProcess);
        drop((of_ada, others));
        assert_eq!(places.taken(), 0);
    }
}
