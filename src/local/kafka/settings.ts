export interface BrokerAddress {
  readonly nodeId: number
  /** Clients', on 127.0.0.1. */
  readonly port: number
  readonly controllerPort: number
  /** Node id → controller port, of all nodes, this one too. */
  readonly quorum: Readonly<Record<number, number>>
}

/** The folder of a node's logs, in the node's own folder, which is also its working directory. */
export const DATA_FOLDER = 'data'

/** The settings of one combined broker and controller, by their names in server.properties. */
export function brokerSettings(address: BrokerAddress): Readonly<Record<string, string | number | boolean>> {
  const nodes = Object.entries(address.quorum)
  const replicas = Math.min(3, nodes.length)
  return {
    'process.roles': 'broker,controller',
    'node.id': address.nodeId,
    'controller.quorum.voters': nodes.map(([nodeId, port]) => `${nodeId}@127.0.0.1:${port}`).join(','),
    'listeners': `BROKER://127.0.0.1:${address.port},CONTROLLER://127.0.0.1:${address.controllerPort}`,
    'advertised.listeners': `BROKER://127.0.0.1:${address.port}`,
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    // Relative, so that commas and umlauts of the path don't matter: this is a list, and the file is read as Latin-1.
    'log.dirs': DATA_FOLDER,

    // A broker that is killed is missed after 2.5 s instead of 9, and its partitions get a new leader then.
    'broker.session.timeout.ms': 2_500,
    // A broker that stops is let go in the answer to a heartbeat. When all stop at once, the quorum is gone 0.4 s later, and who waits
    // for the next heartbeat by then is not stopped cleanly (m: 1 stop in 6 at 500 ms, none in 24 at 100 ms; 1 % more CPU a broker).
    'broker.heartbeat.interval.ms': 100,
    // The same for the active controller, 2 s and 1 s by default. A new quorum waits for the second one, too.
    'controller.quorum.fetch.timeout.ms': 1_200,
    'controller.quorum.election.timeout.ms': 500,
    'controller.quorum.election.backoff.max.ms': 300,

    'auto.create.topics.enable': false,
    'num.partitions': 3,
    'default.replication.factor': Math.min(2, replicas),
    'min.insync.replicas': 1,
    'unclean.leader.election.enable': false,
    // The largest batch that a topic may allow; the dead-letter topic takes 8 MB.
    'message.max.bytes': 8 * 1024 * 1024,
    'log.retention.hours': 7 * 24,
    // After a kill -9 the newest segment of each partition is read again: 64 MB instead of up to 1 GB.
    'log.segment.bytes': 64 * 1024 * 1024,

    // Few partitions: a new coordinator has to load them before a group goes on.
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.num.partitions': 3,
    'share.coordinator.state.topic.min.isr': 1,

    // By default an empty group waits 3 s for more members before it gives out partitions. Ours rebalance in milliseconds.
    'group.initial.rebalance.delay.ms': 0,
    // The least that members may ask for (classic protocol: 6 s by default), so that a killed consumer is soon replaced.
    'group.min.session.timeout.ms': 3_000,
    // The same for the consumer protocol, where the broker decides (45 s and 5 s by default).
    'group.consumer.min.session.timeout.ms': 3_000,
    'group.consumer.session.timeout.ms': 5_000,
    'group.consumer.min.heartbeat.interval.ms': 500,
    'group.consumer.heartbeat.interval.ms': 1_000,

    // A node of 256 MB: by default compaction alone takes 128 MB of it, and there are 8 threads for requests.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 4,
  }
}

/** As a server.properties. */
export function formatSettings(settings: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join('')
}
