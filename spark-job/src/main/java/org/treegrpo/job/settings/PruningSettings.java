package org.treegrpo.job.settings;

/**
 * What is left out of the gradient although it has an advantage (BranchGRPO, ALGORITHMS.md section
 * 3.1): the block {@code update.pruning}.
 *
 * @param depths how many depths of the tree are left out at a time; 0 = none
 * @param period rounds between two moves of them
 * @param width which leaves, with the edges that lead to no other
 * @param extremes b of {@code EXTREMES}
 */
public record PruningSettings(int depths, int period, Width width, int extremes) {

  /** Which leaves of a tree stay. */
  public enum Width {
    /** All. */
    NONE,
    /** Those below the best child of each node that branches last. */
    BETTER_CHILD,
    /** The b best and the b worst. */
    EXTREMES
  }

  static PruningSettings read(SettingsReader reader) {
    return new PruningSettings(
        reader.integer("depths", 0, 1000),
        reader.integer("period", 1, Integer.MAX_VALUE),
        reader.choice("width", Width.class),
        reader.integer("extremes", 1, Integer.MAX_VALUE));
  }
}
