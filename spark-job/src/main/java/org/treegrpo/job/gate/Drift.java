package org.treegrpo.job.gate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.treegrpo.job.metrics.ImageStatistics;

/**
 * How far a statistic of the images has moved.
 *
 * @param statistic its name, such as {@code border_noise}
 * @param now its value; NaN where it is not known
 * @param then the value that it has moved from; NaN where it is not known
 */
public record Drift(String statistic, double now, double then) {

  /** As a share of what it was; NaN where one of the two is not known. */
  public double share() {
    return ImageStatistics.moved(then, now);
  }

  /** All that one of the two knows. */
  public static List<Drift> of(ImageStatistics now, ImageStatistics then) {
    List<Drift> drifts = new ArrayList<>();
    for (String name : ImageStatistics.names()) {
      Drift drift = new Drift(name, now.of(name), then.of(name));
      if (!Double.isNaN(drift.now) || !Double.isNaN(drift.then)) {
        drifts.add(drift);
      }
    }
    return drifts;
  }

  /** The greatest of those that both know. */
  public static Optional<Drift> greatest(ImageStatistics now, ImageStatistics then) {
    return of(now, then).stream()
        .filter(drift -> !Double.isNaN(drift.share()))
        .max(Comparator.comparingDouble(Drift::share));
  }
}
