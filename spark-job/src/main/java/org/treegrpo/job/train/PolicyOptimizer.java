package org.treegrpo.job.train;

import java.util.Optional;
import org.treegrpo.core.optim.AdamW;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.core.optim.Ema;
import org.treegrpo.core.optim.GradientClip;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.job.checkpoint.Checkpoint;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.settings.GuardsSettings.Action;
import org.treegrpo.job.settings.OldPolicySettings;
import org.treegrpo.job.settings.OptimizerSettings;
import org.treegrpo.job.settings.TrainSettings;

/**
 * The policy's weights on the driver and everything that moves them: clip, warm-up, AdamW, EMA. Not
 * thread-safe.
 */
final class PolicyOptimizer {

  private final OptimizerSettings settings;
  private final float[] weights;
  private final Optional<Average> average;
  private final Optional<Lagging> old;
  private final AdamW adamW;
  private final long totalSteps;
  private final boolean stopsWhereNotFinite;

  /** Starts from the base weights, which it takes over. */
  PolicyOptimizer(TrainSettings settings, float[] base) {
    this(
        settings,
        base,
        Optional.empty(),
        Optional.empty(),
        new AdamW(settings.optimizer().adamW(), base.length));
  }

  /**
   * @param saved moving average to go on from; without one it starts at the weights
   * @param savedOld the same of what rollouts are drawn with
   */
  private PolicyOptimizer(
      TrainSettings settings,
      float[] weights,
      Optional<float[]> saved,
      Optional<float[]> savedOld,
      AdamW adamW) {
    this.settings = settings.optimizer();
    this.weights = weights;
    this.average =
        settings.ema().enabled()
            ? Optional.of(
                new Average(new Ema(settings.ema().decay()), saved.orElseGet(weights::clone)))
            : Optional.empty();
    this.old =
        settings.update().learner().laggingRollouts()
            ? Optional.of(
                new Lagging(settings.update().oldPolicy(), savedOld.orElseGet(weights::clone)))
            : Optional.empty();
    this.adamW = adamW;
    this.totalSteps = settings.optimizerSteps();
    this.stopsWhereNotFinite = settings.guards().notFinite() == Action.STOP;
  }

  /** The moving average of the weights, where the run has one. */
  private record Average(Ema ema, float[] values) {}

  /** What rollouts are drawn with, where the learner lets it lag behind the weights. */
  private record Lagging(OldPolicySettings settings, float[] values) {

    void follow(float[] weights, long steps) {
      double decay = Math.min(settings.rate() * steps, settings.most());
      new Ema(decay).update(values, weights);
    }
  }

  /** Continues from a checkpoint, bit for bit; takes its vectors over. */
  static PolicyOptimizer restore(TrainSettings settings, Checkpoint checkpoint) {
    return new PolicyOptimizer(
        settings,
        checkpoint.weights(),
        checkpoint.ema(),
        checkpoint.old(),
        AdamW.restore(
            settings.optimizer().adamW(),
            checkpoint.firstMoment(),
            checkpoint.secondMoment(),
            checkpoint.state().optimizerSteps()));
  }

  /**
   * What one step did.
   *
   * @param gradientNorm before clipping
   * @param gradientRms root mean square of the gradient's elements, before clipping
   */
  record Step(double gradientNorm, double gradientRms, double learningRate) {

    /** A step that was not taken. */
    private static final Step LEFT_OUT = new Step(Double.NaN, Double.NaN, Double.NaN);

    boolean isLeftOut() {
      return Double.isNaN(gradientNorm);
    }
  }

  /**
   * One optimiser step; none along a gradient that is not finite, where that need not stop the run.
   *
   * @param gradient of the loss; changed
   * @param rate that the learning rate is multiplied by
   * @throws DivergedException if the gradient is not finite, or a weight is not afterwards; no
   *     checkpoint holds such weights
   */
  Step step(float[] gradient, double rate) {
    double norm;
    try {
      norm = GradientClip.clip(gradient, settings.maxGradientNorm());
    } catch (DivergedException notFinite) {
      if (stopsWhereNotFinite) {
        throw notFinite;
      }
      return Step.LEFT_OUT;
    }
    long step = adamW.steps() + 1;
    double learningRate =
        settings.warmUp().learningRate(settings.learningRate(), step)
            * settings.decay().factor(step, totalSteps)
            * rate;
    adamW.step(weights, gradient, learningRate);
    requireFinite(step, learningRate);
    average.ifPresent(a -> a.ema().update(a.values(), weights));
    return new Step(norm, norm / Math.sqrt(gradient.length), learningRate);
  }

  private void requireFinite(long step, double learningRate) {
    for (int i = 0; i < weights.length; i++) {
      if (!Float.isFinite(weights[i])) {
        throw new DivergedException(
            "weight %d is not finite after optimizer step %d; lower treegrpo.optimizer.learning-rate, here %s"
                .formatted(i, step, learningRate));
      }
    }
  }

  /** Lets what rollouts are drawn with follow the weights, at the end of a round. */
  void endRound() {
    old.ifPresent(lagging -> lagging.follow(weights, steps()));
  }

  /** Whether rollouts are drawn with other weights than the current ones. */
  boolean lags() {
    return old.isPresent();
  }

  /** What rollouts are drawn with; not a copy. */
  float[] rolloutWeights() {
    return old.map(Lagging::values).orElse(weights);
  }

  /** The current weights; not a copy. */
  float[] weights() {
    return weights;
  }

  /** What evaluation samples with: the average where there is one, else the weights. */
  float[] evaluationWeights() {
    return average.map(Average::values).orElse(weights);
  }

  /**
   * @param estimator what the advantage estimator keeps
   */
  Checkpoint checkpoint(ParameterLayout layout, CheckpointState state, byte[] estimator) {
    return new Checkpoint(
        state,
        layout,
        weights,
        average.map(Average::values),
        old.map(Lagging::values),
        adamW.firstMoment(),
        adamW.secondMoment(),
        estimator);
  }

  long steps() {
    return adamW.steps();
  }
}
