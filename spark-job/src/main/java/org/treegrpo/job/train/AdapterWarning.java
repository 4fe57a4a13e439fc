package org.treegrpo.job.train;

import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.treegrpo.core.policy.LoraPairs;
import org.treegrpo.core.policy.ParameterLayout;

/** Tells once of adapters that learn nothing although the run seems to work. */
final class AdapterWarning {

  /** Of a longer list, as many as a reader needs to see what they have in common. */
  private static final int NAMED = 5;

  private final LoraPairs pairs;
  private final Consumer<String> people;
  private boolean told;

  AdapterWarning(ParameterLayout layout, Consumer<String> people) {
    this.pairs = LoraPairs.of(layout);
    this.people = people;
  }

  /**
   * @param reached the trained tensors that got a gradient in the round, by index
   */
  void look(int round, BitSet reached) {
    List<String> unreached = pairs.without(reached);
    if (!told && !reached.isEmpty() && !unreached.isEmpty()) {
      told = true;
      people.accept(
          "warning: round %d: no gradient reaches %d of %d LoRA pairs, which learn nothing: %s%s; are they bound to the network that runs?"
              .formatted(
                  round,
                  unreached.size(),
                  pairs.size(),
                  String.join(", ", unreached.subList(0, Math.min(NAMED, unreached.size()))),
                  unreached.size() > NAMED ? ", .." : ""));
    }
  }
}
