package org.treegrpo.job.executor;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.treegrpo.core.tree.GrownShare;

/**
 * The rollouts of the current round that this executor has grown: states and children off heap,
 * kept from the grow job to the learn job. Owns them; thread-safe.
 */
final class RolloutStore implements AutoCloseable {

  private final Map<Integer, GrownShare> shares = new HashMap<>();
  private int round = -1;

  /** Drops what earlier rounds left behind; a late task of one of them drops nothing. */
  synchronized void begin(int newRound) {
    if (newRound > round) {
      close();
      round = newRound;
    }
  }

  /**
   * Takes a share over; a share of the same index is closed. So is a share of a round that is over,
   * which a late task of a cancelled job brings: nobody asks for it.
   */
  synchronized void put(int shareRound, int index, GrownShare share) {
    begin(shareRound);
    if (shareRound < round) {
      share.close();
      return;
    }
    GrownShare earlier = shares.put(index, share);
    if (earlier != null) {
      earlier.close();
    }
  }

  /** The share, still owned by the store, if it is here. */
  synchronized Optional<GrownShare> get(int shareRound, int index) {
    return shareRound == round ? Optional.ofNullable(shares.get(index)) : Optional.empty();
  }

  @Override
  public synchronized void close() {
    shares.values().forEach(GrownShare::close);
    shares.clear();
    round = -1;
  }
}
