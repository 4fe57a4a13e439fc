package org.treegrpo.reward.pool;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One reward on one chunk. Settled once: by the worker that ran it, or by the clock.
 *
 * @param reward index of the reward
 */
record ScoreCall(Submission submission, int reward, Chunk chunk, AtomicBoolean settled) {

  ScoreCall(Submission submission, int reward, Chunk chunk) {
    this(submission, reward, chunk, new AtomicBoolean());
  }

  /** True for the first caller, which alone may report the outcome. */
  boolean settle() {
    return settled.compareAndSet(false, true);
  }
}
