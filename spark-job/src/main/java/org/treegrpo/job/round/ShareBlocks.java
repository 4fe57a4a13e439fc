package org.treegrpo.job.round;

import java.io.Serializable;

/**
 * How the shares of a round are dealt to tasks: contiguous blocks, one per task slot, as even as
 * possible. Which block runs where never changes a result; sums follow the share order.
 *
 * @param shares S
 * @param blocks number of tasks, at most S
 */
public record ShareBlocks(int shares, int blocks) implements Serializable {

  public ShareBlocks {
    if (shares < 1 || blocks < 1 || blocks > shares) {
      throw new IllegalArgumentException(
          "%d shares cannot be dealt to %d tasks".formatted(shares, blocks));
    }
  }

  /** Blocks for a cluster with {@code slots} task slots. */
  public static ShareBlocks of(int shares, int slots) {
    return new ShareBlocks(shares, Math.max(1, Math.min(shares, slots)));
  }

  /** First share of a block. */
  public int from(int block) {
    return (int) ((long) shares * block / blocks);
  }

  /** One past the last share of a block. */
  public int to(int block) {
    return from(block + 1);
  }
}
