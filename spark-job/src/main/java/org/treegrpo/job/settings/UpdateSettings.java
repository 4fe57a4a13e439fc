package org.treegrpo.job.settings;

import org.treegrpo.core.objective.EdgeReduction;
import org.treegrpo.core.objective.SurrogateFactory;

/**
 * The surrogate (ALGORITHMS.md section 1.5).
 *
 * @param surrogate makes it
 * @param clip epsilon of the ratio
 * @param kl beta; 0 = no KL term
 * @param epochs optimizer steps on the trees of one round
 * @param edgeReduction how the edges of one tree are joined
 * @param microBatch most rows of one forward pass, used alike when trees grow and when they are
 *     learned from
 */
public record UpdateSettings(
    SurrogateFactory surrogate,
    double clip,
    double kl,
    int epochs,
    int microBatch,
    EdgeReduction edgeReduction) {

  static UpdateSettings read(SettingsReader reader) {
    return new UpdateSettings(
        reader.service("surrogate", SurrogateFactory.class),
        reader.decimal("clip", Range.open(0, 1)),
        reader.decimal("kl", Range.atLeast(0)),
        reader.integer("epochs", 1, Integer.MAX_VALUE),
        reader.integer("micro-batch", 1, 4096),
        reader.choice("edge-reduction", EdgeReduction.class));
  }
}
