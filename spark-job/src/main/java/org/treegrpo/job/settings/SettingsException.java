package org.treegrpo.job.settings;

import java.util.List;
import java.util.stream.Collectors;
import org.treegrpo.core.base.UserError;

/**
 * The configuration cannot be used; holds everything that is wrong with it, not the first thing.
 */
public final class SettingsException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public SettingsException(List<Problem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /** At least one, in the order of the configuration's sections. */
  public List<Problem> problems() {
    return problems;
  }

  @Override
  public boolean badInput() {
    return true;
  }

  /** The same of a part of the configuration, by its name. */
  SettingsException within(String part) {
    return new SettingsException(
        problems.stream()
            .map(
                problem ->
                    new Problem(
                        part + problem.key(),
                        problem.value(),
                        problem.rule(),
                        problem.hint(),
                        problem.origin()))
            .toList());
  }

  private static String message(List<Problem> problems) {
    return problems.stream()
        .map(problem -> "- " + problem.describe())
        .collect(
            Collectors.joining(
                "\n",
                "the configuration has %d problem%s:\n"
                    .formatted(problems.size(), problems.size() == 1 ? "" : "s"),
                ""));
  }
}
