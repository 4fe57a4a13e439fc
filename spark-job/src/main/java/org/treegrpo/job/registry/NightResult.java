package org.treegrpo.job.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.gate.GateVerdict;

/**
 * {@code result.json} of a night. The JSON keys are these names in snake_case.
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

  /** The same with another status. */
  public NightResult as(Status other, String when) {
    return new NightResult(id, other, version, parent, when, verdict);
  }

  /** In one line, for people. */
  public String line() {
    return switch (status) {
      case PROMOTED -> version + " is promoted";
      case REFUSED -> version + " is refused; " + verdict.reasons();
      case WAITING ->
          version + " waits for approval: give the same command with --approve " + id + " for --id";
    };
  }

  /** How a night ended. One that failed has no result: its command, repeated, goes on with it. */
  public enum Status {
    /** Its version is in force. */
    @JsonProperty("promoted")
    PROMOTED,
    /** A rule of the gate was not held; what was promoted before stays so. */
    @JsonProperty("refused")
    REFUSED,
    /** Every rule is held, and a person has not approved of it yet. */
    @JsonProperty("waiting")
    WAITING;

    /** As it is written in the file. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
