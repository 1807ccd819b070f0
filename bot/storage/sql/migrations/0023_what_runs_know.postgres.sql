-- How many steps the release of a run knows, so that those below the floor are ended. It is raised
-- here: what is stored of group buys has more to it than releases before know (swapped pieces, whom
-- an organiser takes no claims from, pieces to spare, how to pay by language), who would drop it.
-- Needs: 0023
ALTER TABLE writers ADD COLUMN knows BIGINT NOT NULL DEFAULT 0;
