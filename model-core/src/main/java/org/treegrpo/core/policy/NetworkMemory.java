package org.treegrpo.core.policy;

import java.util.Optional;

/**
 * What a policy's networks allocate on their device beyond parameters and their gradients, as
 * whoever made the policy measured it.
 *
 * @param predict a forward pass
 * @param train a forward and a backward pass, all activations kept
 * @param trainBlocks the same with {@link Checkpointing#BLOCKS}; empty where the network has no
 *     segments
 * @param decode a pass of the decoder; empty where there is none
 */
public record NetworkMemory(
    ByRows predict, ByRows train, Optional<ByRows> trainBlocks, Optional<ByRows> decode) {

  /**
   * Bytes at the most.
   *
   * @param fixed whatever the batch
   * @param row for each row of it
   */
  public record ByRows(long fixed, long row) {

    /** Of a batch. */
    public long of(int rows) {
      return fixed + row * rows;
    }
  }

  /** Of a training pass, where it is known. */
  public Optional<ByRows> train(Checkpointing checkpointing) {
    return switch (checkpointing) {
      case OFF -> Optional.of(train);
      case BLOCKS -> trainBlocks;
    };
  }
}
