package org.treegrpo.job.settings;

/**
 * What a candidate must hold to be promoted.
 *
 * @param margin that the trained reward must have risen by, in its own units, whatever noise there
 *     is; negative where it may fall
 * @param prompts fewest that a rise is believed of
 * @param heldOutTolerance share of its value that a reward which is not trained may fall by
 * @param heldOutTotal the same from the base's
 * @param diversity least share of the promoted version's
 * @param diversityTotal the same of the base's
 * @param drift most that a statistic of the images may move from the promoted version's, as a share
 *     of it
 * @param driftTotal the same from the base's
 * @param resamples of the bootstrap
 */
public record GateSettings(
    double margin,
    int prompts,
    double heldOutTolerance,
    double heldOutTotal,
    double diversity,
    double diversityTotal,
    double drift,
    double driftTotal,
    int resamples) {

  static GateSettings read(SettingsReader reader) {
    return new GateSettings(
        reader.decimal("margin", Range.above(-1e9)),
        reader.integer("prompts", 1, Integer.MAX_VALUE),
        reader.decimal("held-out-tolerance", Range.atLeast(0)),
        reader.decimal("held-out-total", Range.atLeast(0)),
        reader.decimal("diversity", Range.atLeast(0)),
        reader.decimal("diversity-total", Range.atLeast(0)),
        reader.decimal("drift", Range.above(0)),
        reader.decimal("drift-total", Range.above(0)),
        reader.integer("resamples", 1000, 1_000_000));
  }
}
