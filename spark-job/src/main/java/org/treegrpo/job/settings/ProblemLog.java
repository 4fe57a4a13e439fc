package org.treegrpo.job.settings;

import com.typesafe.config.ConfigOrigin;
import java.util.ArrayList;
import java.util.List;

/** Collects every problem of one configuration. */
final class ProblemLog {
  private final List<Problem> problems = new ArrayList<>();

  void add(Problem problem) {
    problems.add(problem);
  }

  /** True if the key, a block that holds it, or anything in it already has a problem. */
  boolean concerns(String key) {
    return problems.stream()
        .map(Problem::key)
        .anyMatch(bad -> key.equals(bad) || contains(bad, key) || contains(key, bad));
  }

  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw failure();
    }
  }

  SettingsException failure() {
    return new SettingsException(problems);
  }

  private static boolean contains(String outer, String inner) {
    return inner.startsWith(outer + ".") || inner.startsWith(outer + "[");
  }

  static String describe(ConfigOrigin origin) {
    if (origin == null) {
      return "";
    }
    String file = origin.filename();
    if (file == null) {
      return origin.description();
    }
    return origin.lineNumber() > 0 ? file + ":" + origin.lineNumber() : file;
  }
}
