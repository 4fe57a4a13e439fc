package org.treegrpo.job.guard;

import org.treegrpo.job.settings.GuardsSettings;
import org.treegrpo.job.settings.GuardsSettings.Limit;
import org.treegrpo.job.settings.Labels;

/** The guards, in the order in which they look; those of evaluations come last. */
public enum Guard {
  ZERO_VARIANCE_GROUPS(
      Source.ROUNDS,
      "the rewards (std, min and max in metrics.jsonl): saturated, or blind to what differs; harder prompts, more leaves or a larger sampler.eta"),
  RATIO_DEVIATION(
      Source.ROUNDS,
      "the learning rate, where a round has several optimizer steps; where it has one, executors or kernels that replay other numbers than they drew"),
  CLIP_FRACTION(
      Source.ROUNDS,
      "the learning rate, update.epochs and update.steps-per-round, against update.clip"),
  GRADIENT_NORM(
      Source.ONE_ROUND,
      "the rewards of that round (an outlier, failed images) and optimizer.max-gradient-norm"),
  GRADIENT_RMS(Source.ROUNDS, "optimizer.epsilon: AdamW hardly moves the weights; lower it"),
  OLD_POLICY_GAP(
      Source.ROUNDS,
      "update.old-policy: with a gap of 0 the learner pulls nowhere, raise the rate; with a large one rollouts are of a policy that is long gone, lower most"),
  NOT_FINITE(
      Source.ONE_ROUND,
      "the learning rate, the rewards of that round, and the element type of the network"),
  DRIFT(
      Source.EVALUATIONS,
      "the pictures of samples/, first against last: the reward may be pleased by something else than it should be; update.late-anchor, update.velocity-kl or a second reward hold against it"),
  HELD_OUT(
      Source.EVALUATIONS,
      "the pictures of samples/: the trained reward may rise at the cost of what is not trained");

  /** What a guard looks at. */
  enum Source {
    /** Rounds; as many in a row as the patience says. */
    ROUNDS,
    /** A round, at once. */
    ONE_ROUND,
    /** An evaluation, at once. */
    EVALUATIONS
  }

  private final Source source;
  private final String lookAt;

  Guard(Source source, String lookAt) {
    this.source = source;
    this.lookAt = lookAt;
  }

  /** Its key below {@code treegrpo.guards}. */
  public String key() {
    return Labels.of(this);
  }

  /** What a person should look at where it acts; keys without the root. */
  public String lookAt() {
    return lookAt;
  }

  /** Whether a value is worse than another; NaN is worst. */
  public boolean isWorse(double value, double other) {
    int order = Double.compare(value, other);
    return this == GRADIENT_RMS ? order < 0 : order > 0;
  }

  Source source() {
    return source;
  }

  Limit limit(GuardsSettings settings) {
    return switch (this) {
      case ZERO_VARIANCE_GROUPS -> settings.zeroVarianceGroups();
      case RATIO_DEVIATION -> settings.ratioDeviation();
      case CLIP_FRACTION -> settings.clipFraction();
      case GRADIENT_NORM -> settings.gradientNorm();
      case GRADIENT_RMS -> settings.gradientRms();
      case OLD_POLICY_GAP -> settings.oldPolicyGap();
      case NOT_FINITE -> new Limit(Double.NaN, settings.notFinite());
      case DRIFT -> settings.drift();
      case HELD_OUT -> settings.heldOut();
    };
  }
}
