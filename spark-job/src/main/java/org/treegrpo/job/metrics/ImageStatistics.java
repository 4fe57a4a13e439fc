package org.treegrpo.job.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the pictures of an evaluation look like, whatever they show: the mean over images of
 * statistics of the image, pixels in [0, 1]. A reward that is pleased by something else than it
 * should be is seen here first. NaN is written as null.
 *
 * @param borderNoise standard deviation of each colour in the first two and the last two rows, the
 *     mean of the three: the noise of the paper, where little is drawn
 * @param periodic root mean square of what repeats with the network's patch: luma less the mean of
 *     its 3 x 3 neighbours, averaged over all patches
 * @param highFrequency root mean square of luma less the mean of its 3 x 3 neighbours
 * @param brightness mean luma, .299 R + .587 G + .114 B
 * @param saturation mean of the greatest less the smallest of R, G and B
 * @param contrast standard deviation of luma
 * @param edges share of the neighbours, beside and below, whose luma differs by more than .1
 * @param betweenPrompts root mean square distance of pixels between images of different prompts,
 *     the first image of each, averaged down to at most 64 x 64; NaN where there is one prompt
 */
public record ImageStatistics(
    double borderNoise,
    double periodic,
    double highFrequency,
    double brightness,
    double saturation,
    double contrast,
    double edges,
    double betweenPrompts) {

  /** Below it a figure is as good as nothing, and its share of nothing is no measure. */
  private static final double LEAST = 0.01;

  private static final ImageStatistics NONE =
      new ImageStatistics(
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN);

  /**
   * The mean over images.
   *
   * @param images what is known of one image each; their {@code betweenPrompts} is not read
   */
  public static ImageStatistics mean(List<ImageStatistics> images, double betweenPrompts) {
    return new ImageStatistics(
        mean(images, ImageStatistics::borderNoise),
        mean(images, ImageStatistics::periodic),
        mean(images, ImageStatistics::highFrequency),
        mean(images, ImageStatistics::brightness),
        mean(images, ImageStatistics::saturation),
        mean(images, ImageStatistics::contrast),
        mean(images, ImageStatistics::edges),
        betweenPrompts);
  }

  private static double mean(
      List<ImageStatistics> images, ToDoubleFunction<ImageStatistics> figure) {
    return images.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  /** By the names of the JSON keys, in their order. */
  public Map<String, Double> byName() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("border_noise", borderNoise);
    figures.put("periodic", periodic);
    figures.put("high_frequency", highFrequency);
    figures.put("brightness", brightness);
    figures.put("saturation", saturation);
    figures.put("contrast", contrast);
    figures.put("edges", edges);
    figures.put("between_prompts", betweenPrompts);
    return figures;
  }

  /** The names of the figures, in their order. */
  public static List<String> names() {
    return List.copyOf(NONE.byName().keySet());
  }

  /** A figure by its name; NaN where there is no such figure. */
  public double of(String name) {
    return byName().getOrDefault(name, Double.NaN);
  }

  /**
   * How far a figure has moved, as a share of what it was.
   *
   * @return NaN where one of the two is
   */
  public static double moved(double then, double now) {
    return Math.abs(now - then) / Math.max(Math.abs(then), LEAST);
  }

  /** Those of an evaluation that was made by a version without them: not known. */
  static ImageStatistics orNone(@Nullable ImageStatistics statistics) {
    return statistics == null ? NONE : statistics;
  }
}
