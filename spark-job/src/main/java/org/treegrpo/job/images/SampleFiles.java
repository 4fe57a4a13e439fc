package org.treegrpo.job.images;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;

/** Finds the rounds that left something in {@code samples/}. */
final class SampleFiles {
  private SampleFiles() {}

  /** Rounds of the files {@code <prefix>000010.json}, ascending. */
  static List<Integer> rounds(FileSystem fs, Path runDir, String prefix) throws IOException {
    Path samples = new RunLayout(runDir).samples();
    if (!fs.exists(samples)) {
      return List.of();
    }
    Pattern name = Pattern.compile(Pattern.quote(prefix) + "(\\d{6,9})\\.json");
    return Arrays.stream(fs.listStatus(samples))
        .map(status -> name.matcher(status.getPath().getName()))
        .filter(Matcher::matches)
        .map(matcher -> Integer.valueOf(matcher.group(1)))
        .sorted()
        .toList();
  }
}
