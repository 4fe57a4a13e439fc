package org.treegrpo.job.settings;

/**
 * Which stochastic steps are trained: the block {@code update.trained-steps}.
 *
 * @param fraction of {@code RANDOM}, in (0, 1]
 */
public record TrainedSettings(Strategy strategy, double fraction) {

  /** How the trained steps are chosen, the same for every tree of a round. */
  public enum Strategy {
    /** Every stochastic step. */
    ALL,
    /**
     * All but the last step of a flow, whose noise is so small that 1 / s^2 would drown the others;
     * of a diffusion all.
     */
    NOT_LAST,
    /** A fraction of those, drawn once a round (DanceGRPO). */
    RANDOM
  }

  static TrainedSettings read(SettingsReader reader) {
    return new TrainedSettings(
        reader.choice("strategy", Strategy.class),
        reader.decimal("fraction", Range.openClosed(0, 1)));
  }
}
