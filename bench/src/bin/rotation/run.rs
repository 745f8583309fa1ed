//! The whole run: processes, load, two changes of the keys.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier_devstack::story::Fixture;

use crate::actor::World;
use crate::balancer::Balancer;
use crate::keys::KeyPair;
use crate::load::Load;
use crate::runbook::{By, Rotation, Seen};
use crate::stack::Stack;
use crate::tally::Tally;

/// Two changes with three steps each, of which every one goes to four processes.
const PAUSES: u32 = 2 * 3 * 4;

/// What was seen.
pub(crate) struct Figures {
    pub(crate) tally: Tally,
    pub(crate) seen: Vec<Seen>,
    /// Between two processes.
    pub(crate) pause: Duration,
    /// How long the load lasted.
    pub(crate) lasted: Duration,
}

/// Runs everything for about `length`, without the step that lets processes agree if `is_careless`; the
/// stack is left running.
pub(crate) async fn run(
    stack: &mut Stack,
    length: Duration,
    is_careless: bool,
) -> anyhow::Result<Figures> {
    let api = stack.api_program();
    let mut keys = Vec::new();
    for kid in ["k1", "k2", "k3"] {
        keys.push(KeyPair::generate(&api, kid).await?);
    }
    stack.start(&keys[0]).await?;
    let balancer = Balancer::new(stack.urls()?)?;
    let watch = tokio::spawn(balancer.clone().watch());
    let world = Arc::new(World {
        balancer,
        tally: Tally::default(),
        mailbox: stack.mail.mailbox().clone(),
        ops: stack.ops.clone(),
        document: Fixture::read("report.docx")?,
    });
    let figures = change_keys(stack, &world, &keys, (length, is_careless)).await;
    watch.abort();
    figures
}

async fn change_keys(
    stack: &mut Stack,
    world: &Arc<World>,
    keys: &[KeyPair],
    (length, is_careless): (Duration, bool),
) -> anyhow::Result<Figures> {
    let (began, pause) = (Instant::now(), length / PAUSES);
    let load = Load::start(world, length / 8);
    let mut seen = Vec::new();
    for (pair, by) in keys.windows(2).zip([By::Signal, By::Restart]) {
        let rotation = Rotation {
            stack: &mut *stack,
            world,
            load: &load,
            by,
            pause,
            is_careless,
        };
        seen.push(rotation.run(&pair[0], &pair[1]).await?);
    }
    world.tally.enter("the load comes to its end");
    load.stop().await?;
    Ok(Figures {
        tally: world.tally.clone(),
        seen,
        pause,
        lasted: began.elapsed(),
    })
}
