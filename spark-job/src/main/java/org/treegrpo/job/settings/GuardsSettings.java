package org.treegrpo.job.settings;

import java.util.EnumSet;

/**
 * What a run is watched by while it trains: the block {@code guards}.
 *
 * @param patience rounds in a row that a figure which wavers must be beyond its threshold
 * @param rateFactor that the learning rate is multiplied by where it is lowered
 * @param zeroVarianceGroups share of a round's groups
 * @param ratioDeviation |rho - 1|
 * @param clipFraction share of a round's edges
 * @param gradientNorm as a multiple of the median of the rounds before
 * @param gradientNormWindow rounds of that median
 * @param gradientRms as a multiple of AdamW's epsilon; it must not lie below
 * @param oldPolicyGap mean |v - v_old|
 * @param notFinite what follows a gradient that is not finite; never {@link Action#OFF}
 * @param drift of the statistics of the held-out images, as a share of those of the first
 *     evaluation
 * @param heldOut fall of a reward that is not trained, as a share of the first evaluation's
 */
public record GuardsSettings(
    int patience,
    double rateFactor,
    Limit zeroVarianceGroups,
    Limit ratioDeviation,
    Limit clipFraction,
    Limit gradientNorm,
    int gradientNormWindow,
    Limit gradientRms,
    Limit oldPolicyGap,
    Action notFinite,
    Limit drift,
    Limit heldOut) {

  /** What a guard does. */
  public enum Action {
    /** Nothing. */
    OFF,
    /** It says so. */
    WARN,
    /** It says so, and lowers the learning rate. */
    LOWER_RATE,
    /** It ends the run; the newest checkpoint is an earlier one. */
    STOP
  }

  /**
   * A threshold and what happens there.
   *
   * @param threshold at which the guard acts, and beyond it
   */
  public record Limit(double threshold, Action action) {

    private static Limit read(SettingsReader reader, Range range, EnumSet<Action> actions) {
      return new Limit(
          reader.decimal("threshold", range),
          reader.choice("action", actions, "a lower learning rate would not help"));
    }

    private static Limit read(SettingsReader reader, Range range) {
      return read(reader, range, EnumSet.allOf(Action.class));
    }
  }

  static GuardsSettings read(SettingsReader reader) {
    SettingsReader gradientNorm = reader.section("gradient-norm");
    return new GuardsSettings(
        reader.integer("patience", 1, 1_000_000),
        reader.decimal("rate-factor", Range.open(0, 1)),
        Limit.read(reader.section("zero-variance-groups"), Range.openClosed(0, 1)),
        Limit.read(reader.section("ratio-deviation"), Range.above(0)),
        Limit.read(reader.section("clip-fraction"), Range.openClosed(0, 1)),
        Limit.read(gradientNorm, Range.above(1)),
        gradientNorm.integer("window", 2, 1000),
        Limit.read(
            reader.section("gradient-rms"),
            Range.above(0),
            EnumSet.complementOf(EnumSet.of(Action.LOWER_RATE))),
        Limit.read(reader.section("old-policy-gap"), Range.above(0)),
        reader
            .section("not-finite")
            .choice(
                "action",
                EnumSet.complementOf(EnumSet.of(Action.OFF)),
                "no step can be taken along such a gradient"),
        Limit.read(reader.section("drift"), Range.above(0)),
        Limit.read(reader.section("held-out"), Range.above(0)));
  }
}
