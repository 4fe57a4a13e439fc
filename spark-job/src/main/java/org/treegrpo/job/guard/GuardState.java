package org.treegrpo.job.guard;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.metrics.EvaluationRecord;

/**
 * What guards keep from round to round; part of every checkpoint.
 *
 * @param rate that the configured learning rate is multiplied by
 * @param loweredAfter the last round after which it was lowered; 0 = none
 * @param inARow rounds in a row that a figure has been beyond its threshold, by the guard's key
 * @param norms of the gradients of the last rounds
 * @param evaluated the last round whose evaluation was looked at; -1 = none
 * @param first evaluation, which later ones are held against
 */
record GuardState(
    double rate,
    int loweredAfter,
    SortedMap<String, Integer> inARow,
    List<Double> norms,
    int evaluated,
    @Nullable EvaluationRecord first) {

  static final GuardState START = new GuardState(1, 0, new TreeMap<>(), List.of(), -1, null);

  GuardState {
    inARow = Collections.unmodifiableSortedMap(new TreeMap<>(inARow == null ? Map.of() : inARow));
    norms = norms == null ? List.of() : List.copyOf(norms);
  }
}
