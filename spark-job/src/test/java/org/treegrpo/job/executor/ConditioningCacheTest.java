package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.TextConditioner;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.tree.RoundKey;
import org.treegrpo.job.round.RoundPlan;

class ConditioningCacheTest {

  private static final List<Prompt> PROMPTS =
      IntStream.range(0, 32).mapToObj(i -> new Prompt("p" + i, "text " + i)).toList();

  private static RoundPlan plan(int round) {
    return new RoundPlan(
        new RoundKey(1, round),
        PROMPTS,
        1,
        Topology.of(BranchSchedule.window(4, 0, 1, 2)),
        List.of(Status.TRAINED),
        List.of());
  }

  /** Long prompts, and how often each was read. */
  private static final class CountedPrompts implements TextConditioner {

    private final Map<String, AtomicInteger> reads = new ConcurrentHashMap<>();

    @Override
    public Conditioning of(Prompt prompt) {
      reads.computeIfAbsent(prompt.id(), id -> new AtomicInteger()).incrementAndGet();
      return unconditional();
    }

    @Override
    public Conditioning unconditional() {
      return new Conditioning(List.of(new float[333 * 4096]));
    }

    @Override
    public void check(List<Prompt> prompts) {}

    @Override
    public void close() {}
  }

  @Test
  void eachPromptIsReadOnceARoundHoweverManySharesAskForIt() {
    CountedPrompts counted = new CountedPrompts();
    ConditioningCache cache = new ConditioningCache(counted);
    for (int round = 1; round <= 2; round++) {
      RoundPlan plan = plan(round);
      IntStream.range(0, 4 * PROMPTS.size())
          .parallel()
          .forEach(
              ask -> {
                Function<String, Conditioning> ofShare = cache.of(plan);
                String id = PROMPTS.get(ask % PROMPTS.size()).id();
                assertThat(ofShare.apply(id))
                    .as("the same arrays, by which a device knows what it has")
                    .isSameAs(ofShare.apply(id));
              });
      assertThat(counted.reads)
          .as("reads of %d prompts by 4 shares in round %d", PROMPTS.size(), round)
          .hasSize(PROMPTS.size());
      for (Map.Entry<String, AtomicInteger> prompt : counted.reads.entrySet()) {
        assertThat(prompt.getValue()).as("reads of %s", prompt.getKey()).hasValue(round);
      }
    }
  }
}
