"""First names that are common as working names, and the words that a name follows. Neither says who somebody is."""

from __future__ import annotations

FIRST: tuple[str, ...] = tuple(
    """
    Ada Adela Adele Adriana Aisha Alba Alena Alessia Alex Alexa Alexandra Alice Alicia Alina Aline Alisa Alma Amalia Amanda Amara Amelia Amelie
    Amina Amy Ana Anastasia Anca Andra Andrea Andreea Angela Angelica Angelina Ania Anita Anna Anne Annika Antonia Aria Ariana Aurora Ava Ayla Beatriz
    Bella Bianca Brenda Camila Camille Candy Carla Carmen Carolina Caroline Cassandra Catalina Catherine Cecilia Celine Chiara Chloe Christina Cindy
    Clara Claudia Corina Cristina Daisy Dana Daniela Daria Dario Deborah Denisa Denise Diana Dilara Dora Dorina Ebru Eda Elena Elif Elisa Elise Eliza
    Elizabeth Ella Elsa Emilia Emily Emma Erika Esmeralda Estelle Esther Eva Evelyn Fatima Fernanda Flavia Florence Francesca Gabriela Gabriella Galina
    Gina Giulia Gloria Grace Greta Hana Hanna Hannah Helena Helene Ilona Ina Inga Ingrid Irina Iris Isabel Isabella Ivana Ivy Jana Jane Jasmin Jasmine
    Jennifer Jenny Jessica Joana Johanna Josephine Julia Juliana Julie Kamila Karin Karina Karla Kate Katarina Kateryna Katia Katja Katya Kelly Kim
    Klara Kristina Ksenia Laila Lana Lara Larissa Laura Lea Leila Lena Leonie Leticia Lia Lidia Lila Lilian Liliana Lilly Lily Lina Linda Lisa Liza
    Lola Lorena Louise Lucia Luciana Lucy Luisa Luna Lydia Madalina Magda Maja Malena Manuela Mara Margarita Maria Mariana Marie Marina Marisol Marlene
    Marta Martina Mary Maryam Masha Matilda Maya Megan Melanie Melissa Mia Michelle Mihaela Mila Milena Mimi Mina Miranda Mona Monica Monika Nadia
    Nadine Nastya Natalia Natalie Natasha Nelly Nicole Nicoleta Nika Nikita Nina Noemi Nora Oana Oksana Olga Olivia Oxana Pamela Paola Patricia Paula
    Paulina Petra Polina Priya Rachel Raluca Ramona Raquel Rebecca Regina Renata Rita Roberta Rosa Rosalia Roxana Ruby Sabina Sabrina Samantha Sandra
    Sara Sarah Selena Selin Serena Sharon Silvia Simona Sofia Sonia Sophia Sophie Stefania Stella Stephanie Susan Suzana Svetlana Sylvia Tamara Tania
    Tanya Tatiana Teresa Tess Tiffany Tina Valentina Valeria Vanessa Vera Veronica Veronika Victoria Viktoria Violeta Viviana Wanda Xenia Yana Yasmin
    Yasmine Yulia Yuki Zara Zoe Zuzana
    Adam Adrian Alan Albert Alberto Aleksander Alejandro Alessandro Alexander Ali Andrei Andrew Angel Anton Antonio Artur Ben Boris Bruno Carlos Chris
    Christian Cristian Dan Daniel David Denis Diego Dimitri Dmitri Eduardo Emil Emre Eric Erik Felix Fernando Filip Florin Frank Gabriel George Giorgio
    Hassan Hugo Igor Ivan Jack Jakub James Jan Jason Javier Joao John Jonas Jorge Jose Josef Juan Julian Kai Karim Kevin Leo Leon Liam Luca Lucas Luis
    Luka Marc Marco Marcos Maria Mario Mark Markus Martin Marcel Mateo Matteo Max Maxim Mehmet Michael Miguel Mihai Milan Mohamed Nico Nicolas Oleg Oliver
    Omar Oscar Pablo Pavel Pedro Peter Petr Philip Pierre Radu Rafael Raul Ricardo Rob Robert Roberto Robin Roman Ryan Sam Samir Samuel Sergei Sergio
    Simon Stefan Steven Teo Theo Thomas Tim Tom Tomas Tony Victor Vlad Vladimir William Yusuf
    Анна Алина Алиса Анастасия Виктория Дарья Диана Ева Екатерина Елена Ирина Карина Катя Ксения Лена Лиза Людмила Марина Мария Маша Милана Настя Наталья
    Наташа Ника Оксана Оля Ольга Полина Света Светлана София Таня Татьяна Юлия Яна Андрей Дмитрий Иван Игорь Максим Олег Павел Роман Сергей
    """.split()
)
COMMON_WORDS = frozenset(
    "angel candy daisy grace iris ivy lily luna ruby stella regina rosa gloria dora bella jasmin jasmine milan roman florence victoria sofia sophia paris "
    "mark max frank rob carmen eda ina mara mona nika mina alma aurora petra rita kim sam dan jan leon marina carolina mila lima".split()
)
"""Names that are a word or a city of their own: they count after a cue only."""
CUES: tuple[str, ...] = (
    *(
        "my name is",
        "name is",
        "my name's",
        "name:",
        "call me",
        "i am",
        "i'm",
        "im",
        "ask for",
        "call for",
        "this is",
        "it's",
        "its",
        "meet",
        "we introduce",
        "introducing",
        "contact",
        "miss",
        "lady",
        "speak to",
        "with love",
        "named",
        "called",
        "hi i'm",
        "hello i am",
        "welcome",
    ),
    *(
        "me llamo",
        "mi nombre es",
        "soy",
        "llámame",
        "pregunta por",
        "nombre:",
        "se llama",
        "je m'appelle",
        "je suis",
        "mon nom est",
        "demandez",
        "demander",
        "appelez-moi",
        "prénom:",
        "elle s'appelle",
    ),
    *(
        "ich heiße",
        "ich heisse",
        "mein name ist",
        "ich bin",
        "nenn mich",
        "frag nach",
        "fragen sie nach",
        "name ist",
        "chamo-me",
        "me chamo",
        "meu nome é",
        "o meu nome é",
        "sou a",
        "sou o",
        "sou",
        "pergunte por",
        "pergunte pela",
    ),
    *(
        "mă numesc",
        "numele meu este",
        "numele meu e",
        "sunt",
        "mă cheamă",
        "întrebați de",
        "întreabă de",
        "o cheamă",
        "меня зовут",
        "моё имя",
        "спросите",
        "это",
        "имя:",
        "её зовут",
        "mi chiamo",
        "sono",
        "il mio nome è",
        "chiedi di",
        "ik heet",
        "mijn naam is",
        "ik ben",
        "vraag naar",
    ),
    *("mam na imię", "nazywam się", "jestem", "pytaj o", "adım", "benim adım", "ismim", "мене звати", "мене звуть"),
)
NEVER = frozenset(
    "i a an the in at on of from to for new available here now not so very your you we us she he independent english spanish french german italian russian "
    "thai turkish polish romanian massage masseuse only just back open free happy looking working living travelling visiting touring sure ready me my our all "
    "nueva nuevo una un la el independiente masajista de en nouvelle une le les masseuse indépendante eine ein neu die der das selbstständige uma nova o a "
    "nouă o un новая массажистка независимая in nuova una een nieuw nowa yeni monday tuesday wednesday thursday friday saturday sunday whatsapp telegram".split()
)
"""Words that follow a cue with a capital and are no name."""
