package org.treegrpo.job.executor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** Networks of one policy that no run uses at the moment. Thread-safe. */
final class NetworkPool implements AutoCloseable {

  private final Deque<Network> idle = new ArrayDeque<>();

  /** One that is there, else a new one; the caller gives it back, or closes it. */
  Network take(Supplier<Network> maker) {
    Network network;
    synchronized (this) {
      network = idle.poll();
    }
    return network == null ? maker.get() : network;
  }

  synchronized void giveBack(Network network) {
    idle.push(network);
  }

  @Override
  public synchronized void close() {
    idle.forEach(Network::close);
    idle.clear();
  }
}
