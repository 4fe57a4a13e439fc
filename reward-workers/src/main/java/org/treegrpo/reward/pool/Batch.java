package org.treegrpo.reward.pool;

import java.util.function.LongConsumer;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;

/** A batch that was given to the pool, while its calls come in: to be scored, or to be read. */
interface Batch {

  /**
   * Asks a reward about a chunk.
   *
   * @return takes the nanoseconds that it took, and the answer into the batch; not called where the
   *     clock was faster
   */
  LongConsumer ask(Reward reward, int column, Chunk chunk) throws RewardException;

  /** Takes note that a call brought nothing. */
  void failed(int column, Chunk chunk, String reason, long nanos);

  /** Gives the whole batch up. */
  void abort(Throwable cause);
}
