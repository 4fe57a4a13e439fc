package org.treegrpo.job.train;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.treegrpo.core.policy.LoraPairs;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.TrainSettings;

/**
 * What a round's figures say about a run that learns nothing although it seems to work
 * (ALGORITHMS.md sections 3.1 and 3.2); each is told once.
 */
final class RoundWarnings {

  private static final double NEAR = 10;

  /** Of a longer list, as many as a reader needs to see what they have in common. */
  private static final int NAMED = 5;

  private final TrainSettings settings;
  private final LoraPairs pairs;
  private final Consumer<String> people;
  private final Set<String> told = new HashSet<>();

  RoundWarnings(TrainSettings settings, ParameterLayout layout, Consumer<String> people) {
    this.settings = settings;
    this.pairs = LoraPairs.of(layout);
    this.people = people;
  }

  /**
   * @param reached the trained tensors that got a gradient, by index
   */
  void look(RoundMetrics round, BitSet reached) {
    double epsilon = settings.optimizer().adamW().epsilon();
    if (round.gradientRms() > 0 && round.gradientRms() < NEAR * epsilon) {
      tell(
          "gradient",
          String.format(
              Locale.ROOT,
              "round %d: the gradient's RMS is %.1e, below 10 x treegrpo.optimizer.epsilon = %s: AdamW hardly moves the weights; lower the epsilon",
              round.round(),
              round.gradientRms(),
              epsilon));
    }
    List<String> unreached = pairs.without(reached);
    if (!reached.isEmpty() && !unreached.isEmpty()) {
      tell(
          "adapters",
          "round %d: no gradient reaches %d of %d LoRA pairs, which learn nothing: %s%s; are they bound to the network that runs?"
              .formatted(
                  round.round(),
                  unreached.size(),
                  pairs.size(),
                  String.join(", ", unreached.subList(0, Math.min(NAMED, unreached.size()))),
                  unreached.size() > NAMED ? ", .." : ""));
    }
    // before the first update the two policies are one
    if (round.round() > 1 && round.oldPolicyGap() == 0) {
      tell(
          "old policy",
          "round %d: the policy that rollouts are drawn with equals the trained one, so learner %s pulls nowhere; raise treegrpo.update.old-policy.rate"
              .formatted(round.round(), settings.update().learner().name()));
    }
  }

  private void tell(String subject, String line) {
    if (told.add(subject)) {
      people.accept("warning: " + line);
    }
  }
}
