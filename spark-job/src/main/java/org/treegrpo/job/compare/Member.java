package org.treegrpo.job.compare;

import org.treegrpo.job.metrics.ComparisonIndex;
import org.treegrpo.job.settings.TrainSettings;

/** A variant with a seed: where its run lies, and what it is set to. */
public record Member(ComparisonIndex.Member place, TrainSettings settings) {

  /** For people. */
  String name() {
    return "%s, seed %d".formatted(place.variant(), place.seed());
  }
}
