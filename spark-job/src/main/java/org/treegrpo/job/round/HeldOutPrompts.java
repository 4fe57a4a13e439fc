package org.treegrpo.job.round;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.random.Keys;
import org.treegrpo.job.settings.EvaluationSettings;
import org.treegrpo.job.settings.EvaluationSettings.From;

/** Which prompts of a file are evaluated. */
final class HeldOutPrompts {

  private HeldOutPrompts() {}

  /**
   * Chooses, in the order of the file.
   *
   * @param all of the file; none where the command does not evaluate
   * @throws IOException if the vault takes them all, or is asked for and empty
   */
  static List<Prompt> of(List<Prompt> all, EvaluationSettings settings) throws IOException {
    if (all.isEmpty()) {
      return all;
    }
    if (settings.vault() >= all.size()) {
      throw new IOException(
          "treegrpo.evaluation.vault: %d must be fewer than the held-out prompts, which are %d"
              .formatted(settings.vault(), all.size()));
    }
    int end = all.size() - settings.vault();
    List<Prompt> pool =
        settings.from() == From.VAULT ? all.subList(end, all.size()) : all.subList(0, end);
    if (pool.isEmpty()) {
      throw new IOException(
          "treegrpo.evaluation.from: vault needs treegrpo.evaluation.vault prompts, and that is 0");
    }
    int most = settings.prompts();
    if (most == 0 || most >= pool.size()) {
      return pool;
    }
    if (settings.draw().isEmpty()) {
      return pool.subList(0, most);
    }
    long key = Keys.combine(Keys.of(settings.seed()), settings.draw());
    return IntStream.range(0, pool.size())
        .boxed()
        .sorted(Comparator.comparingLong(index -> Keys.combine(key, index)))
        .limit(most)
        .sorted()
        .map(pool::get)
        .toList();
  }
}
