/** Prompts and what a policy is conditioned on for each of them. */
package org.treegrpo.core.prompt;
