package org.treegrpo.reward.pool;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One reward on one chunk. Settled once: by the worker that ran it, or by the clock.
 *
 * @param reward index of the reward in the pool
 * @param column index of the reward in the batch
 */
record ScoreCall(Batch batch, int reward, int column, Chunk chunk, AtomicBoolean settled) {

  ScoreCall(Batch batch, int reward, int column, Chunk chunk) {
    this(batch, reward, column, chunk, new AtomicBoolean());
  }

  /** True for the first caller, which alone may report the outcome. */
  boolean settle() {
    return settled.compareAndSet(false, true);
  }
}
