package org.treegrpo.job.metrics;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code evaluations.jsonl}; the JSON keys are these names in snake_case. NaN is
 * written as null.
 *
 * @param round 0 is the base, before any update
 * @param label how the images were sampled
 * @param prompts number of held-out prompts
 * @param reward scores by reward name, in configuration order
 * @param diversity of the images of one prompt; NaN where there is one image a prompt
 * @param images what the pictures look like
 */
public record EvaluationRecord(
    int round,
    Label label,
    int prompts,
    Map<String, HeldOutReward> reward,
    double diversity,
    ImageStatistics images) {

  public EvaluationRecord {
    if (round < 0) {
      throw new IllegalArgumentException("evaluation: round must not be negative, was " + round);
    }
    Objects.requireNonNull(label, "label");
    reward = Ordered.copyOf(reward);
    images = ImageStatistics.orNone(images);
  }

  /**
   * How an evaluation sampled.
   *
   * @param transition {@code ode}, as held-out evaluation always uses
   * @param steps denoising steps
   * @param guidance scale; 1 = none
   * @param ema whether the averaged weights were used
   */
  public record Label(String transition, int steps, double guidance, boolean ema) {}

  /**
   * One reward on the held-out prompts.
   *
   * @param mean over all images
   * @param ci95 half width of the 95 % confidence interval of the mean
   * @param trained whether the run optimises this reward, or another one by the same model: only
   *     what is not trained is an independent judge
   * @param exact share of the images in which exactly the prompt's text was read, in [0, 1]; null
   *     for rewards that do not read, or could not read every image
   */
  public record HeldOutReward(double mean, double ci95, boolean trained, @Nullable Double exact) {}
}
