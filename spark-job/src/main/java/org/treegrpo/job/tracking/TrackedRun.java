package org.treegrpo.job.tracking;

import java.util.Map;

/**
 * A run as a tracking server is to know it.
 *
 * @param id by which it is found again there; of its run directory
 * @param name for people
 * @param tags what it is, by name
 * @param parameters what it was configured by, by name
 */
public record TrackedRun(
    String id, String name, Map<String, String> tags, Map<String, String> parameters) {

  public TrackedRun {
    tags = Map.copyOf(tags);
    parameters = Map.copyOf(parameters);
  }
}
