package org.treegrpo.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;

/**
 * Which of a network's parameters are trained: those that require a gradient in its archive and
 * whose name one of the patterns matches.
 *
 * @param patterns of names, in which {@code *} stands for any characters, dots too; none for all
 */
public record TrainableParameters(List<String> patterns) {

  /** All that require a gradient. */
  public static final TrainableParameters ALL = new TrainableParameters(List.of());

  public TrainableParameters {
    patterns = List.copyOf(patterns);
  }

  /** A network's parameters, by whether they are trained; each in the network's order. */
  public record Selection(List<Parameter> trained, List<Parameter> frozen) {}

  /** Sorts a network's parameters. */
  public Selection of(List<Parameter> parameters) {
    List<Pattern> compiled = patterns.stream().map(TrainableParameters::compiled).toList();
    List<Parameter> trained = new ArrayList<>();
    List<Parameter> frozen = new ArrayList<>();
    for (Parameter parameter : parameters) {
      boolean chosen =
          compiled.isEmpty() || compiled.stream().anyMatch(pattern -> matches(pattern, parameter));
      (parameter.requiresGradient() && chosen ? trained : frozen).add(parameter);
    }
    return new Selection(trained, frozen);
  }

  /** The parameters that a pattern matches, trained or not. */
  public static Stream<Parameter> matched(String pattern, List<Parameter> parameters) {
    Pattern compiled = compiled(pattern);
    return parameters.stream().filter(parameter -> matches(compiled, parameter));
  }

  private static boolean matches(Pattern pattern, Parameter parameter) {
    return parameter.names().stream().anyMatch(name -> pattern.matcher(name).matches());
  }

  private static Pattern compiled(String pattern) {
    return Pattern.compile(
        Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
  }
}
