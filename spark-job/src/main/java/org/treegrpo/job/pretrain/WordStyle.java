package org.treegrpo.job.pretrain;

import java.awt.Color;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How a word is drawn.
 *
 * @param typeface of every letter
 * @param ink dark, saturated
 * @param paper light
 */
record WordStyle(Typeface typeface, Color ink, Color paper) {

  private static final List<Typeface> TYPEFACES = List.of(Typeface.values());

  /** Draws a style: any typeface, any hue of ink on any hue of paper, always with good contrast. */
  static WordStyle random(RandomGenerator random) {
    Typeface typeface = TYPEFACES.get(random.nextInt(TYPEFACES.size()));
    Color ink =
        Color.getHSBColor(
            random.nextFloat(), between(random, 0.5f, 1f), between(random, 0f, 0.45f));
    Color paper =
        Color.getHSBColor(random.nextFloat(), between(random, 0f, 0.4f), between(random, 0.9f, 1f));
    return new WordStyle(typeface, ink, paper);
  }

  private static float between(RandomGenerator random, float low, float high) {
    return low + (high - low) * random.nextFloat();
  }
}
