package org.treegrpo.job.gate;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether a candidate may be promoted, and why. The JSON keys are these names in snake_case.
 *
 * @param passed whether every rule is held
 * @param rules in a fixed order
 */
public record GateVerdict(boolean passed, List<GateRule> rules) {

  public GateVerdict {
    rules = List.copyOf(rules);
  }

  static GateVerdict of(List<GateRule> rules) {
    return new GateVerdict(rules.stream().allMatch(GateRule::passed), rules);
  }

  /** The rules that are not held, in one line; empty where all are. */
  public String reasons() {
    return rules.stream()
        .filter(rule -> !rule.passed())
        .map(rule -> rule.name() + ": " + rule.text())
        .collect(Collectors.joining("; "));
  }
}
