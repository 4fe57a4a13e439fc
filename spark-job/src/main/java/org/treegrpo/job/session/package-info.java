/** How much a run may spend. */
package org.treegrpo.job.session;
