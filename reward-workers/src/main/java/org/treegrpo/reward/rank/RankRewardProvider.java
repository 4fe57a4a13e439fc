package org.treegrpo.reward.rank;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProvider;
import org.treegrpo.reward.RewardProviders;

/**
 * Type {@code rank}: what share of a prompt's other images an image beats by another reward, from 0
 * to 1, ties counting half. Options: {@code of}, the type of that reward, which scores single
 * images; {@code chunk-rows}, images of one call to it, 16 by default; all others are its own.
 */
public final class RankRewardProvider implements RewardProvider {

  private static final String TYPE = "rank";
  private static final String OF = "of";
  private static final String CHUNK_ROWS = "chunk-rows";
  private static final String DEFAULT_CHUNK_ROWS = "16";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public boolean scoresGroups(RewardDefinition definition) {
    return true;
  }

  @Override
  public List<String> problems(RewardDefinition definition) {
    if (chunkRows(definition).isEmpty()) {
      return List.of(
          problem(definition, CHUNK_ROWS, DEFAULT_CHUNK_ROWS, "a whole number from 1 to 4096"));
    }
    RewardDefinition ranked = ranked(definition);
    Optional<RewardProvider> provider =
        RewardProviders.find(ranked.type()).filter(found -> !found.scoresGroups(ranked));
    return provider.isPresent()
        ? provider.get().problems(ranked)
        : List.of(
            problem(
                definition,
                OF,
                "",
                "a type that scores single images, of "
                    + RewardProviders.types().stream()
                        .filter(type -> !type.equals(TYPE))
                        .toList()));
  }

  @Override
  public void check(RewardDefinition definition, Collection<String> promptIds)
      throws RewardException {
    RewardProviders.check(ranked(definition), promptIds);
  }

  @Override
  public boolean isTried(RewardDefinition definition) {
    return RewardProviders.isTried(ranked(definition));
  }

  @Override
  public long weightBytes(RewardDefinition definition) throws RewardException {
    return RewardProviders.weightBytes(ranked(definition));
  }

  @Override
  public Reward create(RewardDefinition definition) throws RewardException {
    int rows =
        chunkRows(definition).orElseThrow(() -> new RewardException(problems(definition).get(0)));
    return new RankReward(RewardProviders.create(ranked(definition)), rows);
  }

  /** The reward that it ranks by, under its own name. */
  private static RewardDefinition ranked(RewardDefinition definition) {
    Map<String, String> options = new HashMap<>(definition.options());
    options.remove(CHUNK_ROWS);
    String type = options.remove(OF);
    return new RewardDefinition(
        definition.name(),
        type == null ? "" : type,
        definition.weight(),
        definition.timeLimit(),
        options);
  }

  private static Optional<Integer> chunkRows(RewardDefinition definition) {
    String option = definition.option(CHUNK_ROWS, DEFAULT_CHUNK_ROWS);
    return Optional.of(option)
        .filter(text -> text.matches("[0-9]{1,4}"))
        .map(Integer::valueOf)
        .filter(rows -> rows >= 1 && rows <= 4096);
  }

  private static String problem(
      RewardDefinition definition, String option, String fallback, String rule) {
    return "reward '%s': option '%s' = '%s' must be %s"
        .formatted(definition.name(), option, definition.option(option, fallback), rule);
  }
}
