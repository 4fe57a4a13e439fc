package org.treegrpo.reward;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;

/** The reward types on the class path of the current thread. */
public final class RewardProviders {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

  private RewardProviders() {}

  /** The provider of {@code type}, if there is one. */
  public static Optional<RewardProvider> find(String type) {
    return ServiceLoader.load(RewardProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.type().equals(type))
        .findFirst();
  }

  /** Every known type, in alphabetical order. */
  public static List<String> types() {
    return ServiceLoader.load(RewardProvider.class).stream()
        .map(provider -> provider.get().type())
        .distinct()
        .sorted()
        .toList();
  }

  /** Everything that is wrong with the definitions, one message each; empty when nothing is. */
  public static List<String> problems(List<RewardDefinition> definitions) {
    List<String> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (RewardDefinition definition : definitions) {
      if (!NAME.matcher(definition.name()).matches()) {
        problems.add(
            "reward '%s': a name has letters, digits, '_' and '-' only"
                .formatted(definition.name()));
      }
      if (!names.add(definition.name())) {
        problems.add("reward '%s': the name is used twice".formatted(definition.name()));
      }
      if (!Double.isFinite(definition.weight()) || definition.weight() < 0) {
        problems.add(
            "reward '%s': weight = %s must be a finite number of at least 0"
                .formatted(definition.name(), definition.weight()));
      }
      if (definition.timeLimit().isZero() || definition.timeLimit().isNegative()) {
        problems.add(
            "reward '%s': time limit = %s must be positive"
                .formatted(definition.name(), definition.timeLimit()));
      }
      problems.addAll(problemsOfType(definition));
    }
    if (definitions.stream().noneMatch(definition -> definition.weight() > 0)) {
      problems.add("rewards: at least one reward needs a weight above 0");
    }
    return problems;
  }

  /**
   * A new instance, owned by the caller.
   *
   * @throws RewardException when the type is unknown or the model cannot be loaded
   */
  public static Reward create(RewardDefinition definition) throws RewardException {
    return find(definition.type())
        .orElseThrow(() -> new RewardException(unknownType(definition)))
        .create(definition);
  }

  /**
   * Tries, without keeping anything, whether the reward's model loads; see {@link
   * RewardProvider#check}.
   *
   * @throws RewardException when the type is unknown or the model cannot be loaded
   */
  public static void check(RewardDefinition definition) throws RewardException {
    find(definition.type())
        .orElseThrow(() -> new RewardException(unknownType(definition)))
        .check(definition);
  }

  private static List<String> problemsOfType(RewardDefinition definition) {
    return find(definition.type())
        .map(provider -> provider.problems(definition))
        .orElseGet(() -> List.of(unknownType(definition)));
  }

  private static String unknownType(RewardDefinition definition) {
    return "reward '%s': type '%s' is unknown; known types are %s"
        .formatted(definition.name(), definition.type(), types());
  }
}
