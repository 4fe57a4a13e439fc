package org.treegrpo.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.gate.GateVerdict;

/**
 * {@code result.json} of a night.
 *
 * @param id of the night
 * @param status how it ended
 * @param version what it has trained
 * @param parent the version that it began with; null for the policy of its configuration
 * @param finished ISO 8601 in UTC
 * @param verdict of the gate
 */
public record NightResult(
    String id,
    Status status,
    String version,
    @Nullable String parent,
    String finished,
    GateVerdict verdict) {

  /** How a night ended. One that failed has no result: its command, repeated, goes on with it. */
  public enum Status {
    /** Its version is in force. */
    @JsonProperty("promoted")
    PROMOTED,
    /** A rule of the gate was not held; what was promoted before stays so. */
    @JsonProperty("refused")
    REFUSED
  }
}
