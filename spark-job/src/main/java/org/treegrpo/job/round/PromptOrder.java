package org.treegrpo.job.round;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which prompts a round trains on: the prompts are shuffled once an epoch, keyed by (run seed,
 * epoch), and dealt in order; an epoch has {@code floor(n / perRound)} rounds, so that no prompt
 * stands twice in a round.
 */
record PromptOrder(long seed, int prompts, int perRound) {

  PromptOrder {
    if (perRound < 1 || perRound > prompts) {
      throw new IllegalArgumentException(
          "treegrpo.tree.prompts-per-round: %d must be between 1 and the %d training prompts"
              .formatted(perRound, prompts));
    }
  }

  /** Indices of the prompts of a round (1, 2, ...). */
  List<Integer> of(int round) {
    int roundsPerEpoch = prompts / perRound;
    int epoch = (round - 1) / roundsPerEpoch;
    int from = (round - 1) % roundsPerEpoch * perRound;
    return shuffled(epoch).subList(from, from + perRound);
  }

  private List<Integer> shuffled(int epoch) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < prompts; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed * 0x9E3779B97F4A7C15L + epoch));
    return order;
  }
}
