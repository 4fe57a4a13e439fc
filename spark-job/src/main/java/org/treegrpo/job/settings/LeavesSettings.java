package org.treegrpo.job.settings;

import org.treegrpo.core.learn.LeafSettings;
import org.treegrpo.core.objective.LeafWeighting;

/**
 * Learning from leaves that are noised again (ALGORITHMS.md section 3.2): the block {@code
 * update.leaves}.
 *
 * @param learner what learners are given
 * @param credit which advantage a leaf's weight is made of
 */
public record LeavesSettings(LeafSettings learner, Credit credit) {

  /** The advantage of a leaf, for learners on leaves. */
  public enum Credit {
    /** Its own. */
    LEAF,
    /** The mean over the edges of its path: what its ancestors are worth counts too. */
    PATH
  }

  static LeavesSettings read(SettingsReader reader) {
    return new LeavesSettings(
        new LeafSettings(
            reader.integer("draws", 1, 1000),
            reader.choice("weighting", LeafWeighting.class),
            reader.decimal("beta", Range.above(0))),
        reader.choice("credit", Credit.class));
  }
}
