package org.treegrpo.job.gate;

import java.util.Map;
import org.treegrpo.job.metrics.EvaluationRecord;

/**
 * One policy on the held-out prompts.
 *
 * @param figures of all of them
 * @param trained the weighted sum of the trained rewards, a prompt each, in the order of the
 *     prompts; NaN where one of them is missing. Not copied
 * @param missing images that have no score of a reward, by its name; none for what is complete
 */
public record Judged(EvaluationRecord figures, double[] trained, Map<String, Long> missing) {

  long missing(String reward) {
    return missing.getOrDefault(reward, 0L);
  }
}
