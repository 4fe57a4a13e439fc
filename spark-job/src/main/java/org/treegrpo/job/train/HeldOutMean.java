package org.treegrpo.job.train;

import java.util.stream.IntStream;
import org.treegrpo.core.credit.Moments;

/**
 * Mean held-out score and the half-width of its 95 % interval. The images of one prompt resemble
 * one another, so they count as one: the interval is that of the mean over prompts.
 *
 * @param mean over all images that were scored
 * @param confidence95 1.96 standard errors, clustered by prompt; 0 for a single prompt
 */
record HeldOutMean(double mean, double confidence95) {

  /**
   * @param scores {@code [prompt * perPrompt + image]}, NaN where the reward failed
   * @param perPrompt images of a prompt
   */
  static HeldOutMean of(double[] scores, int perPrompt) {
    Moments all = Moments.of(scores);
    // The residuals of a prompt's images, summed: with one image each, the usual standard error.
    double squares =
        IntStream.range(0, scores.length / perPrompt)
            .mapToDouble(prompt -> residual(scores, prompt, perPrompt, all.mean()))
            .map(sum -> sum * sum)
            .sum();
    return new HeldOutMean(all.mean(), 1.96 * Math.sqrt(squares) / all.count());
  }

  private static double residual(double[] scores, int prompt, int perPrompt, double mean) {
    return IntStream.range(prompt * perPrompt, (prompt + 1) * perPrompt)
        .mapToDouble(image -> scores[image])
        .filter(score -> !Double.isNaN(score))
        .map(score -> score - mean)
        .sum();
  }
}
