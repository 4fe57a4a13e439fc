package org.treegrpo.job.settings;

/**
 * Sampling held-out prompts with the ODE.
 *
 * @param every rounds; 0 = only before the first and after the last round
 * @param prompts most prompts; 0 = all
 * @param vault prompts at the end of the file that are kept apart
 * @param from which part of the file is evaluated
 * @param draw by which text prompts are drawn; empty = the first ones
 * @param steps T of the evaluation
 * @param guidanceScale w of guidance; 0 = that of training
 * @param seed of the initial noise, the same in every evaluation
 * @param baseAfter steps after which the base takes over; 0 = never
 */
public record EvaluationSettings(
    int every,
    int prompts,
    int vault,
    From from,
    String draw,
    int imagesPerPrompt,
    int steps,
    double guidanceScale,
    long seed,
    int baseAfter) {

  /** A part of the file of held-out prompts. */
  public enum From {
    /** All but the vault. */
    HELD_OUT,
    /** The last prompts. */
    VAULT
  }

  /** Whether the base draws the last steps. */
  public boolean endsWithBase() {
    return baseAfter > 0 && baseAfter < steps;
  }

  private static double guidanceScale(SettingsReader reader) {
    double scale = reader.decimal("guidance-scale", Range.atLeast(0));
    if (scale > 0 && scale < 1) {
      reader.problem("guidance-scale", "must be 0 or at least 1", "");
    }
    return scale;
  }

  static EvaluationSettings read(SettingsReader reader) {
    return new EvaluationSettings(
        reader.integer("every", 0, Integer.MAX_VALUE),
        reader.integer("prompts", 0, Integer.MAX_VALUE),
        reader.integer("vault", 0, Integer.MAX_VALUE),
        reader.choice("from", From.class),
        reader.text("draw"),
        reader.integer("images-per-prompt", 1, 1024),
        reader.integer("steps", 1, 1000),
        guidanceScale(reader),
        reader.wholeNumber("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        reader.integer("base-after", 0, 1000));
  }
}
