package org.treegrpo.reward.pool;

/**
 * One reward on one chunk.
 *
 * @param reward index of the reward in the pool
 * @param column index of the reward in the batch
 */
record ScoreCall(Batch batch, int reward, int column, Chunk chunk) {

  /** Takes note that the call brought nothing. */
  void failed(String reason, long nanos) {
    batch.failed(column, chunk, reason, nanos);
  }
}
